"""Every page in every state: no violation that axe finds, nothing sideways on a phone or at 400 % zoom."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import FilePayload, Page, expect

from openpars.api.routing import Address
from openpars.web.help.guides import GUIDES
from tests.journeys import desk
from tests.journeys.conftest import Visit
from tests.journeys.looking import LOOKED_AT, Look, looks_at
from tests.journeys.running import Site, running_site, sign_in

STAFF = "accreditor@demo.example"
EDITOR = "editor@demo.example"
PROFILE = f"/providers/{desk.HOME}/profile/"
UPLOADS = f"/providers/{desk.HOME}/uploads/"
ACCREDITOR = "/accreditors/1/"

#: Addresses without a page to look at, and why.
NOT_PAGES = {
    "account_inactive": "shown to people whose account is switched off, which nothing in OpenPARS does",
    "account_set_password": "leads on for everybody who has a password, and everybody has",
    "account_signup": "leads on: nobody signs up",
    "account_confirm_email": "leads on after the link of a letter, with a message",
    "passport-activity-calendar": "a calendar file",
    "sitemap": "for search engines",
    "sitemap-part": "for search engines",
    "robots": "for search engines",
    "accreditor-contact-end": "the page is that of profile-contact-end",
    "accreditor-contact-role": "the page is that of profile-contact-role",
    "accreditor-invitation-resend": "takes posts only",
    "accreditor-invitation-revoke": "takes posts only",
    "accreditor-year-lock": "takes posts only",
    "accreditor-year-unlock": "takes posts only",
    "activities-export": "a file",
    "activity-close": "leads on",
    "activity-restore": "takes posts only",
    "entry-discard": "takes posts only",
    "download-cancel": "takes posts only",
    "download-file": "a file",
    "download-progress": "a part of a page",
    "healthz": "for machines",
    "mfa_download_recovery_codes": "a file",
    "mfa_index": "leads on to the account",
    "mfa_login_webauthn": "for the script of the sign-in page",
    "profile-invitation-resend": "takes posts only",
    "profile-invitation-revoke": "takes posts only",
    "profile-webhook-go-on": "takes posts only",
    "profile-webhook-pause": "takes posts only",
    "profile-webhook-resend": "takes posts only",
    "profile-webhook-test": "takes posts only",
    "rulebook-json": "for machines",
    "rulebook-markdown": "for machines",
    "schema": "a file",
    "step-check": "for the script of the form",
    "suggestions": "for the script of the form",
    "template": "a file",
    "upload-apply": "takes posts only",
    "upload-cancel": "takes posts only",
    "upload-file": "a file",
    "upload-marked": "a file",
    "upload-plan-again": "takes posts only",
    "upload-progress": "a part of a page",
    "upload-template-filled": "a file",
}


def test_every_page_is_looked_at() -> None:
    def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from names(pattern.url_patterns)
            elif pattern.name and not isinstance(pattern.callback, Address):
                yield pattern.name

    assert sorted([*LOOKED_AT, *NOT_PAGES]) == sorted(set(names(get_resolver().url_patterns)))


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()
    page.wait_for_load_state()


def confirm(page: Page) -> None:
    """Give the password once more, where it is asked for."""
    if page.url.split("?")[0].endswith("/account/reauthenticate/"):
        page.get_by_label("Password", exact=True).fill(desk.PASSWORD)
        press(page, "Confirm")


def accept(page: Page, letter: str) -> None:
    """Become a contact by the link of an invitation."""
    page.goto(letter)
    page.get_by_label("Your name").fill("Demo Protected")
    page.get_by_label("Password", exact=True).fill(desk.PASSWORD)
    press(page, "Accept the invitation")


def test_faults_are_seen(visit: Visit) -> None:
    page = visit()
    page.goto("/account/login/")
    page.locator("main").evaluate(
        """main => {
            main.append(Object.assign(document.createElement("img"), {src: document.querySelector("img").src}));
            main.append(Object.assign(document.createElement("pre"), {textContent: "wide ".repeat(200)}));
        }"""
    )
    look = Look()
    look(page, "account_login")
    assert any("image-alt" in trouble for trouble in look.troubles)
    assert any("scrolls sideways at 320" in trouble for trouble in look.troubles)


@looks_at("activities")
def test_the_activity_summary(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path())
    look(page, "activities")
    few = f"{desk.list_path()}?status=Draft&attention=yes&sort=title"
    page.goto(few)
    for words in ("Provider: ", "Account of"):
        page.locator("summary", has_text=words).click()
        look(page, "activities", f"with the menu {words}")
    page.locator("tbody summary", has_text="What is stopping me?").first.click()
    expect(page.locator(".op-stopping__points li").first).to_be_visible()
    page.locator("tbody summary", has_text="More actions").first.click()
    look(page, "activities", "with a menu and what is stopping me")
    page.locator("summary", has_text="What do the statuses and marks mean?").click()
    look(page, "activities", "with the statuses explained")
    page.goto(f"{desk.list_path()}?q=nothing+is+called+like+this&page=9")
    look(page, "activities", "nothing found")
    viewer = visit("viewer@demo.example")
    viewer.goto(few)
    look(viewer, "activities", "as a viewer")


@looks_at("home", "activities-deleted", "activity-stopping")
def test_home_and_what_lies_around_the_summary(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    page.goto("/")
    look(page, "home")
    page.goto(desk.list_path("deleted"))
    look(page, "activities-deleted")
    draft = desk.enter(page, "Looked at as a draft", steps=1)
    page.goto(desk.activity_path(draft, "stopping"))
    look(page, "activity-stopping")
    coordinator = visit("coordinator@demo.example")
    coordinator.goto("/")
    look(coordinator, "home", "with two providers")
    coordinator.goto(desk.list_path("deleted", provider="9000003"))
    look(coordinator, "activities-deleted", "without any")


@looks_at("activity-add", "activity-step")
def test_the_form_while_adding(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    look(page, "activity-add")
    page.get_by_label("Activity title").fill("Everything unfolded")
    page.get_by_label("Activity format").select_option(label="Live Course")
    page.get_by_label("Start date").fill("2026-05-04")
    page.get_by_label("End date").fill("2026-05-01")
    page.get_by_label("In-Person", exact=True).check()
    page.get_by_role("group", name="Did it occur more than once").get_by_label("Yes").check()
    page.get_by_role("button", name="Add a further instance").click()
    page.get_by_role("group", name="Further instance 1").get_by_label("In-Person", exact=True).check()
    expect(page.locator("#field-end_date-error")).to_be_visible()
    look(page, "activity-add", "unfolded, with red text")
    page.reload()
    expect(page.get_by_text("We brought back what you had typed", exact=True)).to_be_visible()
    look(page, "activity-add", "brought back")
    press(page, "Save Draft and Continue")
    expect(page.locator("[data-summary]")).to_be_visible()
    look(page, "activity-add", "refused")
    page.goto(desk.list_path("add"))
    expect(page.get_by_text("You began something here")).to_be_visible()
    look(page, "activity-add", "with something begun")

    made = desk.enter(page, "Looked at while adding", steps=1)
    for step in (desk.LEARNERS, desk.REGISTRATION, desk.ACCREDITATION):
        page.goto(f"{desk.activity_path(made, step)}?adding=yes")
        look(page, "activity-step", f"{step} while adding")


@looks_at("activity-step")
def test_the_form_when_editing(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    draft = desk.enter(page, "Edited as a draft", desk.UPCOMING, steps=1)
    for step in (desk.LEARNERS, desk.REGISTRATION, desk.ACCREDITATION):
        page.goto(desk.activity_path(draft, step))
        expect(page.locator(".usa-error-message, .op-panel").first).to_be_visible()
        look(page, "activity-step", f"{step} of a draft")
    page.get_by_role("group", name="Providership").get_by_label("Joint").check()
    page.get_by_role("button", name="Add another joint provider").click()
    page.get_by_role("group", name="Did this activity receive commercial support?").get_by_label(
        "Yes"
    ).check()
    for kind in ("Monetary", "In-kind"):
        page.get_by_role("checkbox", name=f"{kind} support").check()
    page.get_by_role("group", name="Mark the activity for commendation").get_by_label("Yes").check()
    page.locator("label", has_text="C23").click()
    look(page, "activity-step", "accreditation unfolded")
    page.get_by_label("Amount").fill("a lot")
    press(page, "Save")
    expect(page.locator("[data-summary]")).to_be_visible()
    look(page, "activity-step", "accreditation refused")

    page.goto(desk.activity_path(draft, desk.REGISTRATION))
    for kind in ("Maintenance", "Risk Evaluation", "Merit"):
        page.get_by_role("button", name="Add a collaboration").click()
        box = page.locator("select[name$='.kind']").last
        box.select_option(
            label=next(words for words in box.locator("option").all_inner_texts() if kind in words)
        )
    page.get_by_label("Certifying board").first.select_option(index=2)
    look(page, "activity-step", "registration unfolded")

    ready = desk.enter(page, "Edited when ready", counts=(1, 2))
    page.goto(desk.activity_path(ready, desk.BASIC))
    expect(page.get_by_role("switch")).to_be_visible()
    look(page, "activity-step", "that can be closed")
    series = desk.enter(page, "Edited as a series", {"format": "RSS"})
    page.goto(desk.activity_path(series, desk.BASIC))
    look(page, "activity-step", "of a series that is not counted yet")


@looks_at("activity-add", "activity-step", "account_login")
def test_questions_before_a_save_and_a_sign_in_that_ran_out(
    visit: Visit, look: Look, site: Site, administrator: str
) -> None:
    page, other = visit(administrator), visit(EDITOR)
    made = desk.enter(page, "Asked about", desk.UPCOMING)
    path = desk.activity_path(made, desk.LEARNERS)
    page.goto(path)
    page.get_by_label("AMA PRA Category 1 Credit").fill("")
    press(page, "Save Draft and Continue")
    expect(page.get_by_role("heading", name="Is this what you mean?")).to_be_visible()
    look(page, "activity-step", "please confirm")
    page.goto(path)
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    look(page, "activity-step", "not saved yet")
    press(page, "Throw it away and show what is saved")

    page.get_by_label("Description").fill("Mine.\n\nIn lines.")
    desk.post(other, path, {**desk.COMPLETE[desk.LEARNERS], "description": "Theirs."})
    press(page, "Save Draft and Continue")
    expect(page.get_by_role("heading", name="Two versions of one answer")).to_be_visible()
    look(page, "activity-step", "two versions")

    page.goto(desk.list_path("add"))
    for name, words in {**desk.COMPLETE[desk.BASIC], **desk.UPCOMING, "title": "Asked about"}.items():
        box = page.locator(f"[name='{name}']")
        if name == "delivery_methods":
            page.get_by_label("In-Person", exact=True).check()
        elif name in {"format", "country"}:
            box.select_option(str(words))
        else:
            box.fill(str(words))
    press(page, "Save Draft and Continue")
    expect(page.get_by_role("heading", name="Is this what you mean?")).to_be_visible()
    look(page, "activity-add", "looks like another")

    page.goto(path)
    page.context.clear_cookies(name="sessionid")
    press(page, "Save Draft and Continue")
    look(page, "account_login", "after it ran out")


@looks_at(
    "activity",
    "activity-saved",
    "activity-learners",
    "activity-reopen",
    "activity-delete",
    "activity-copy",
    "activity-history",
    "activity-sheet",
    "bulk-close",
    "help",
)
def test_the_life_of_an_activity(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    again = {
        "repeated": "yes",
        "instances.0.start_date": "2026-02-10",
        "instances.0.end_date": "2026-02-11",
        "instances.0.delivery_methods": ["Live-Streamed"],
    }
    made = desk.enter(page, "Looked at all its life", again)
    for name in ("saved", "learners", "delete", "copy", "history", "sheet"):
        page.goto(desk.activity_path(made, name))
        look(page, f"activity-{name}")
    page.goto(f"/help/?provider={desk.HOME}&activity={made}")
    look(page, "help", "for an activity that cannot be closed")
    page.goto(desk.activity_path(made, "learners"))
    page.get_by_label("Total physician learners").fill("many")
    press(page, "Update Learners")
    expect(page.locator("#field-physicians-error")).to_be_visible()
    look(page, "activity-learners", "refused")
    desk.post(page, desk.activity_path(made, "learners"), {"physicians": "7", "other_learners": "0"})

    page.goto(desk.list_path("bulk-close"))
    page.locator(".op-explained summary").first.click()
    look(page, "bulk-close")
    page.goto(f"{desk.list_path('bulk-close')}?ticked=none")
    press(page, "Close the ticked activities")
    look(page, "bulk-close", "nothing ticked")
    page.get_by_label("Close Looked at all its life").first.check(force=True)
    press(page, "Close the ticked activities")
    expect(page.get_by_role("heading", name="1 activity is closed")).to_be_visible()
    look(page, "bulk-close", "with a report")

    page.goto(desk.activity_path(made))
    look(page, "activity", "closed")
    page.goto(desk.activity_path(made, "reopen"))
    look(page, "activity-reopen")
    press(page, "Reopen")
    look(page, "activity-reopen", "without a reason")

    material = {
        "format": "EM",
        "delivery_methods": ["Online"],
        "start_date": "2025-03-01",
        "end_date": "2027-03-01",
    }
    enduring = desk.enter(page, "Looked at for years", material)
    learners = desk.activity_path(enduring, "learners")
    for as_of, count in (("2025-12-31", "5"), ("2026-03-01", "8")):
        desk.post(page, learners, {"physicians": count, "other_learners": "1", "counts_as_of": as_of})
    page.goto(learners)
    look(page, "activity-learners", "of enduring material")
    page.get_by_label("Total physician learners").fill("2")
    press(page, "Update Learners")
    look(page, "activity-learners", "with a total that falls")

    viewer = visit("viewer@demo.example")
    viewer.goto(desk.activity_path(enduring))
    look(viewer, "activity", "as a viewer")


@looks_at("help", "guide", "technical-resources", "columns", "rulebook", "api-docs")
def test_help(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    page.goto("/help/")
    look(page, "help")
    for guide in GUIDES:
        page.goto(f"/help/{guide.slug}/")
        look(page, "guide", guide.slug)
    page.goto("/technical-resources/")
    look(page, "technical-resources")
    page.goto("/technical-resources/columns/")
    look(page, "columns")
    page.goto("/rulebook/")
    look(page, "rulebook")
    page.goto("/api/docs")
    look(page, "api-docs")
    stranger = visit()
    stranger.goto("/api/docs")
    look(stranger, "api-docs", "as a stranger")
    stranger.goto("/technical-resources/")
    look(stranger, "technical-resources", "as a stranger")


@looks_at(
    "profile", "profile-edit", "profile-invite", "profile-contact-role", "profile-contact-end", "invitation"
)
def test_the_profile(visit: Visit, look: Look, site: Site, administrator: str) -> None:
    page = visit(administrator)
    page.goto(f"{PROFILE}invite/")
    press(page, "Send the invitation")
    look(page, "profile-invite", "refused")
    letters = [
        desk.invite(page, site, email) for email in ("looked@lakeshore.example", EDITOR.replace("ed", "vis"))
    ]
    page.goto(PROFILE)
    look(page, "profile", "with open invitations")
    for words, name in (("Change role", "profile-contact-role"), ("End", "profile-contact-end")):
        page.goto(PROFILE)
        page.get_by_role("row", name="Demo Viewer").get_by_role("link", name=words).click()
        look(page, name)
    page.goto(f"{PROFILE}edit/")
    look(page, "profile-edit")
    page.get_by_label("Name").first.fill("")
    page.locator("main form button[type=submit]").first.click()
    look(page, "profile-edit", "refused")

    newcomer = visit(strict=False)
    newcomer.goto(letters[0])
    look(newcomer, "invitation")
    press(newcomer, "Accept the invitation")
    look(newcomer, "invitation", "refused")
    newcomer.goto("/invitations/no-such-token/")
    look(newcomer, "invitation", "that is none")
    page = visit(administrator, strict=False)
    page.goto(letters[1])
    look(page, "invitation", "of somebody else")
    viewer = visit("viewer@demo.example")
    viewer.goto(PROFILE)
    look(viewer, "profile", "as a viewer")


@looks_at("profile-keys", "profile-key-make", "profile-key-revoke", "profile-sandbox-reset", "activities")
def test_keys_and_the_sandbox(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    page.goto(f"{PROFILE}keys/")
    look(page, "profile-keys", "before the first key")
    page.get_by_role("link", name="Make an API key").click()
    look(page, "profile-key-make")
    press(page, "Make the key")
    look(page, "profile-key-make", "refused")
    page.get_by_label("Name", exact=True).fill("Learning system of the university’s " + "long-named " * 5)
    press(page, "Make the key")
    look(page, "profile-key-make", "with the key")
    box = page.get_by_role("textbox", name="Learning system")
    expect(box).to_have_value(re.compile(r"^openpars_test_[0-9a-z]{8}_[\w-]{43}$"))
    box.focus()
    assert page.evaluate("getSelection().toString()") == box.input_value()
    page.get_by_role("button", name="Copy the key").click()
    expect(page.locator("[data-copy]")).to_have_text(re.compile("Copied|Press Ctrl"))
    page.get_by_role("link", name="I have kept it").click()
    look(page, "profile-keys", "with a key")
    page.get_by_role("link", name="Look into the sandbox").click()
    expect(page.get_by_role("region", name="Sandbox")).to_be_visible()
    look(page, "activities", "of a sandbox")
    page.get_by_role("link", name="Leave the sandbox").click()
    page.get_by_role("link", name="Empty the sandbox").click()
    look(page, "profile-sandbox-reset")
    press(page, "Empty the sandbox")
    page.get_by_role("link", name="Revoke").first.click()
    look(page, "profile-key-revoke")
    press(page, "Revoke the key")
    look(page, "profile-keys", "with a revoked key")
    viewer = visit("viewer@demo.example")
    viewer.goto(f"{PROFILE}keys/")
    look(viewer, "profile-keys", "as a viewer")
    plain = visit(administrator, script=False)
    plain.goto(f"{PROFILE}keys/make/")
    plain.get_by_label("Name", exact=True).fill("Without scripts")
    press(plain, "Make the key")
    expect(plain.get_by_role("textbox", name="Without scripts")).to_have_value(re.compile("^openpars_test_"))
    expect(plain.get_by_role("button", name="Copy the key")).to_be_hidden()


@looks_at(
    "profile-webhooks",
    "profile-webhook-add",
    "profile-webhook",
    "profile-webhook-edit",
    "profile-webhook-secret",
    "profile-webhook-delivery",
    "profile-webhook-remove",
)
def test_webhooks(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    page.goto(f"{PROFILE}webhooks/")
    look(page, "profile-webhooks", "before the first")
    page.get_by_role("link", name="Add a webhook").click()
    look(page, "profile-webhook-add")
    press(page, "Add the webhook")
    look(page, "profile-webhook-add", "refused")
    page.get_by_label("Name", exact=True).fill("Learning system of the university’s " + "long-named " * 5)
    page.get_by_label("Address").fill("https://hooks.invalid/" + "deep/" * 40)
    press(page, "Add the webhook")
    expect(page.get_by_role("textbox", name="Secret")).to_have_value(re.compile(r"^whsec_.{44}$"))
    look(page, "profile-webhook-add", "with the secret")
    page.get_by_role("link", name="I have kept it").click()
    look(page, "profile-webhook", "before the first delivery")
    press(page, "Send a test")
    look(page, "profile-webhook-delivery")
    page.get_by_role("link", name="Learning system").click()
    look(page, "profile-webhook", "with a delivery")
    page.get_by_role("link", name="Edit").click()
    look(page, "profile-webhook-edit")
    page.get_by_role("link", name="Cancel").click()
    press(page, "Make a new secret")
    look(page, "profile-webhook-secret")
    page.get_by_role("link", name="I have kept it").click()
    press(page, "Pause")
    look(page, "profile-webhook", "paused")
    page.get_by_role("link", name="Remove").click()
    look(page, "profile-webhook-remove")
    page.goto(f"{PROFILE}webhooks/")
    look(page, "profile-webhooks", "with one")


@looks_at(
    "home",
    "activities",
    "accreditor",
    "accreditor-add-provider",
    "accreditor-years",
    "accreditor-lists",
    "accreditor-edit",
    "accreditor-staff",
    "accreditor-invite",
)
def test_the_accreditor(visit: Visit, look: Look) -> None:
    page = visit(STAFF)
    page.goto("/")
    look(page, "home", "as staff of the accreditor")
    page.goto(desk.list_path(provider="9000003"))
    look(page, "activities", "as staff of the accreditor")
    for path, name in {
        "": "accreditor",
        "?q=nobody": "accreditor",
        "years/": "accreditor-years",
        "staff/": "accreditor-staff",
    }.items():
        page.goto(f"{ACCREDITOR}{path}")
        look(page, name, path)
    for path, name in {
        "providers/add/": "accreditor-add-provider",
        "years/": "accreditor-years",
        "edit/": "accreditor-edit",
        "lists/": "accreditor-lists",
        "invite/": "accreditor-invite",
    }.items():
        page.goto(f"{ACCREDITOR}{path}")
        look(page, name)
        for box in page.locator("main form input:is([type=text], [type=email], [type=date])").all():
            box.fill("")
        if name != "accreditor-lists":
            page.locator("main form:has(input:not([type=hidden])) button[type=submit]").last.click()
            look(page, name, "refused")


@looks_at(
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
)
def test_signing_in(visit: Visit, look: Look, site: Site, administrator: str) -> None:
    page = visit(strict=False)
    page.goto("/")
    look(page, "account_login")
    page.get_by_label("E-mail").fill("nobody@demo.example")
    page.get_by_label("Password", exact=True).fill("a wrong one")
    press(page, "Sign in")
    look(page, "account_login", "with a wrong password")
    for _ in range(6):
        page.get_by_label("Password", exact=True).fill("a wrong one")
        press(page, "Sign in")
        if "Too many" in page.title():
            break
    look(page, "account_login", "too many times")
    page.goto("/account/password/reset/")
    look(page, "account_reset_password")
    page.get_by_label("E-mail").fill(STAFF)
    press(page, "Send the link")
    look(page, "account_reset_password_done")
    page.goto("/account/password/reset/key/1-wrong/")
    look(page, "account_reset_password_from_key", "with a wrong link")
    link = re.search(r"http\S+/password/reset/key/\S+", site.last_letter(STAFF))
    assert link
    page.goto(link[0])
    look(page, "account_reset_password_from_key")
    for box in page.locator("main input[type=password]").all():
        box.fill(site.sign_ins[STAFF])
    press(page, "Set password")
    look(page, "account_reset_password_from_key_done")
    page.goto("/account/confirm-email/")
    look(page, "account_email_verification_sent")
    signed_in = visit(administrator)
    signed_in.goto("/account/logout/")
    look(signed_in, "account_logout")


@looks_at(
    "account",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
)
def test_the_own_account(visit: Visit, look: Look, site: Site, administrator: str) -> None:
    email = "protected@lakeshore.example"
    accept(visit(), desk.invite(visit(administrator), site, email))
    page = visit()
    sign_in(page, email, desk.PASSWORD)
    for path, name in {
        "": "account",
        "email/": "account_email",
        "password/change/": "account_change_password",
        "protection/passkeys/": "mfa_list_webauthn",
        "protection/passkeys/add/": "mfa_add_webauthn",
        "protection/codes/on/": "mfa_activate_totp",
    }.items():
        page.goto(f"/account/{path}")
        confirm(page)
        look(page, name)
    page.goto("/account/reauthenticate/")
    look(page, "account_reauthenticate")
    page.goto("/account/password/change/")
    page.locator("main button[type=submit]").first.click()
    look(page, "account_change_password", "refused")

    page.goto("/account/protection/codes/on/")
    secret = page.locator("#authenticator_secret").inner_text()
    page.locator("main input[name=code]").fill("000000")
    press(page, "Switch on one-time codes")
    look(page, "mfa_activate_totp", "refused")
    page.locator("main input[name=code]").fill(desk.one_time_code(secret))
    press(page, "Switch on one-time codes")
    look(page, "mfa_view_recovery_codes")
    for path, name in {
        "": "account",
        "protection/recovery-codes/new/": "mfa_generate_recovery_codes",
        "protection/codes/off/": "mfa_deactivate_totp",
        "protection/reauthenticate/": "mfa_reauthenticate",
    }.items():
        page.goto(f"/account/{path}")
        if name != "mfa_reauthenticate":
            confirm(page)
        look(page, name, "with one-time codes")
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(desk.PASSWORD)
    press(page, "Sign in")
    look(page, "mfa_authenticate")
    page.locator("main input[name=code]").first.fill("000000")
    press(page, "Sign in")
    look(page, "mfa_authenticate", "refused")


@looks_at(
    "account_login",
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
)
def test_a_passkey_from_its_making_to_its_end(
    visit: Visit, look: Look, site: Site, administrator: str
) -> None:
    email = "with-a-passkey@lakeshore.example"
    accept(visit(), desk.invite(visit(administrator), site, email))
    # Browsers keep no passkeys for a site that is a number.
    page = visit(of=replace(site, address=site.address.replace("127.0.0.1", "localhost")))
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    always = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options | always})
    sign_in(page, email, desk.PASSWORD)
    page.goto("/account/protection/passkeys/add/")
    confirm(page)
    page.get_by_label("Name", exact=True).fill("Office laptop")
    page.locator("main input[type=checkbox]").check(force=True)
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes/**")
    look(page, "mfa_view_recovery_codes", "after the first passkey")
    page.goto("/account/protection/passkeys/")
    look(page, "mfa_list_webauthn", "with a passkey")
    page.get_by_role("link", name="Rename Office laptop").click()
    look(page, "mfa_edit_webauthn")
    page.get_by_label("Name", exact=True).fill("")
    press(page, "Save")
    look(page, "mfa_edit_webauthn", "refused")
    page.goto("/account/protection/passkeys/confirm/")
    look(page, "mfa_reauthenticate_webauthn")

    page.context.clear_cookies()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(desk.PASSWORD)
    press(page, "Sign in")
    look(page, "mfa_authenticate", "with a passkey")
    press(page, "Cancel")
    look(page, "account_login", "left half way")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(lambda address: "login" not in address)
    page.goto("/account/protection/passkeys/")
    page.get_by_role("link", name="Remove Office laptop").click()
    confirm(page)
    look(page, "mfa_remove_webauthn")
    press(page, "Remove the passkey")
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()


HEADER = "Activity Title\tActivity Format\tStart Date\tEnd Date\tInternal ID\tSpecialties\tRemarks"
#: One row of each kind: what is new, what is blocked in each sort of box, what nobody can read.
ROWS = (
    "Uploaded course\tLive Course\t2026-05-04\t2026-05-05\tUP-1\tCardiology\tx",
    "Uploaded twice\tNonsense\t2026-05-04\t2026-05-05\tUP-2\tCardiology\tx",
    "Wrong as well\tNonsense\t2026-13-04\t2026-05-05\tUP-3\tCardiology\tx",
    "Named again\tLive Course\t2026-05-04\t2026-05-05\tUP-1\tCardiology\tx",
)


def upload(page: Page, *lines: str, name: str = "activities.txt") -> None:
    """Send a file of these lines, and wait until it was read."""
    page.goto(f"{UPLOADS}add/")
    file = FilePayload(name=name, mimeType="text/plain", buffer="\n".join(lines).encode())
    page.get_by_label("The file").set_input_files(file)
    press(page, "Upload and check")
    expect(page.locator("progress")).to_have_count(0)


@looks_at("uploads", "upload-templates", "upload-add", "upload-bring-over", "upload", "upload-columns")
def test_sending_a_file(visit: Visit, look: Look, site: Site, administrator: str) -> None:
    coordinator = visit("coordinator@demo.example")
    coordinator.goto("/providers/9000003/uploads/")
    look(coordinator, "uploads", "without any")
    page = visit(administrator)
    page.goto(f"{UPLOADS}add/")
    look(page, "upload-add")
    page.locator("summary", has_text="When is something written?").click()
    press(page, "Upload and check")
    look(page, "upload-add", "refused")
    page.get_by_label("The file").set_input_files(
        FilePayload(name="a-list-with-a-very-long-name-" * 6 + ".txt", mimeType="", buffer=b"x")
    )
    look(page, "upload-add", "with a file")
    for name in ("templates", "bring-over"):
        page.goto(f"{UPLOADS}{name}/")
        look(page, f"upload-{name}")
    upload(page, "Nothing that anybody could read", name="picture.png")
    look(page, "upload", "that cannot be read")
    upload(page, "Name of the course\tOur code", "Sepsis\tX-1")
    here = page.url
    look(page, "upload", "with headings nobody knows")
    for box in page.locator("select").all():
        box.select_option("title")
    press(page, "Read the file with this")
    look(page, "upload-columns", "refused")
    upload_id = here.rstrip("/").rpartition("/")[2].replace("-", "")
    with closing(sqlite3.connect(site.data / "openpars.sqlite3", isolation_level=None)) as database:
        for state in ("reading", "cancelled", "failed"):
            database.execute("UPDATE uploads_upload SET state = ? WHERE id = ?", (state, upload_id))
            page.goto(here)
            look(page, "upload", state)
    page.goto(UPLOADS)
    look(page, "uploads")


@looks_at("upload", "upload-rows", "upload-findings", "upload-fix", "upload-undo")
def test_a_file_from_its_plan_to_its_end(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator)
    upload(page, HEADER, *ROWS)
    look(page, "upload", "planned, with rows that are blocked")
    here = page.url
    for name in ("rows", "findings", "fix"):
        page.goto(f"{here}{name}/")
        look(page, f"upload-{name}")
    page.goto(f"{here}rows/?show=closes")
    look(page, "upload-rows", "without any")
    viewer = visit("viewer@demo.example")
    viewer.goto(here)
    look(viewer, "upload", "as a viewer")
    page.goto(here)
    press(page, "Apply only the 1 good row")
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    look(page, "upload", "applied")
    page.goto(f"{here}undo/")
    look(page, "upload-undo")
    press(page, "Undo the upload")
    expect(page.get_by_text("Everything is as it was before.")).to_be_visible()
    look(page, "upload", "undone")


@looks_at("download", "downloads")
def test_files_that_are_prepared(visit: Visit, look: Look, site: Site, administrator: str) -> None:
    coordinator = visit("coordinator@demo.example")
    coordinator.goto("/providers/9000003/downloads/")
    look(coordinator, "downloads", "without any")
    page = visit(administrator)
    # What nobody asks about makes it large enough.
    large = [f"Large {number}\t\t\t\tUP-9\t\t{'remarks ' * 3_000}" for number in range(50)]
    upload(page, HEADER, *ROWS, *large, name="large-" * 20 + ".txt")
    page.get_by_role("link", name="Download your file with the cells marked").click()
    expect(page.get_by_role("heading", name="Your file is ready")).to_be_visible()
    look(page, "download", "that is ready")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download (").click()
    assert "“Nonsense” is not one of the activity formats" in Path(waiting.value.path()).read_text()
    here = page.url
    page.goto(f"/providers/{desk.HOME}/downloads/")
    look(page, "downloads")
    download_id = here.rstrip("/").rpartition("/")[2].replace("-", "")
    with closing(sqlite3.connect(site.data / "openpars.sqlite3", isolation_level=None)) as database:
        for state in ("waiting", "failed", "cancelled"):
            database.execute(
                "UPDATE uploads_download SET state = ?, problem = 'The disk is full.' WHERE id = ?",
                (state, download_id),
            )
            page.goto(here)
            look(page, "download", state)
        database.execute("UPDATE uploads_download SET state = 'waiting' WHERE id = ?", (download_id,))
    page.goto(here)
    press(page, "Cancel")
    expect(page.get_by_role("heading", name="It was canceled")).to_be_visible()


@looks_at("activity-add", "activities", "activity-step")
def test_pages_for_what_went_wrong(visit: Visit, look: Look, administrator: str) -> None:
    page = visit(administrator, strict=False)
    page.goto("/no/such/page/")
    look(page, "", "that is not there")
    page.goto(desk.list_path(provider="1111111"))
    look(page, "activities", "of a provider that is none of mine")
    page.goto(desk.list_path("add"))
    page.locator("form[data-keep] [name=csrfmiddlewaretoken]").evaluate(
        "box => { box.value = 'x'.repeat(64) }"
    )
    page.get_by_label("Activity title").fill("Sent with a wrong proof of origin")
    press(page, "Save Draft and Continue")
    look(page, "activity-add", "sent with a wrong proof of origin")
    made = desk.enter(page, "Far too much", desk.UPCOMING)
    page.goto(desk.activity_path(made, desk.LEARNERS))
    page.locator("form[data-keep]").evaluate(
        """form => {
            const large = {type: "hidden", name: "description", value: "x".repeat(11 * 1024 * 1024)};
            form.append(Object.assign(document.createElement("input"), large));
            form.submit();
        }"""
    )
    expect(page.locator("form[data-keep]")).to_have_count(0)
    look(page, "activity-step", "sent with far too much")
    viewer = visit("viewer@demo.example", strict=False)
    viewer.goto(desk.list_path("add"))
    look(viewer, "activity-add", "as a viewer")


@looks_at("setup", "home", "activities", "bulk-close", "activity-add")
def test_an_empty_site(visit: Visit, look: Look, tmp_path: Path) -> None:
    with running_site(tmp_path, demo=False) as empty:
        page = visit(of=empty, strict=False)
        page.goto("/")
        look(page, "setup")
        press(page, "Set up OpenPARS")
        look(page, "setup", "refused")
        desk.set_up(page)
        look(page, "home", "of a provider without activities")
        page.goto(desk.list_path(provider="0001234"))
        look(page, "activities", "without any")
        page.goto(desk.list_path("bulk-close", provider="0001234"))
        look(page, "bulk-close", "with nothing to close")
        page.goto(desk.list_path("add", provider="0001234"))
        page.get_by_label("Activity title").fill("Typed while others saved")
        with closing(sqlite3.connect(empty.data / "openpars.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            page.get_by_role("button", name="Save Draft and Continue").click(no_wait_after=True)
            # Longer than a save waits for its turn.
            expect(page.get_by_role("heading", name="The site is busy just now")).to_be_visible(
                timeout=60_000
            )
            look(page, "activity-add", "busy")
            other.execute("ROLLBACK")
            page.go_back()
            expect(page.get_by_label("Activity title")).to_have_value("Typed while others saved")
            other.execute("ALTER TABLE activities_activity RENAME TO gone")
            page.goto(desk.list_path(provider="0001234"))
            look(page, "activities", "with a fault of ours")
        page.context.close()

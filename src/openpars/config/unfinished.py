"""What becomes of uploads that were under way when a backup was made: their jobs and plans are not in it."""

from django.db.models import Model, QuerySet

from openpars.uploads.states import State

_READ_AGAIN = (
    "This site was brought back from a backup that was made before the file was applied. "
    "Nothing of it is written. Read it again and look at its plan."
)
_UNDO_AGAIN = (
    "This site was brought back from a backup that was made before the file was undone. "
    "Everything it wrote stands. Undo it once more."
)


def let_go(upload: type[Model]) -> None:
    """Let each upload stand where a person can go on from, and say why it stands there.

    `upload` is the model, as it was when the backup was made.
    """
    before: QuerySet[Model] = QuerySet(upload)
    before.filter(state__in=[State.WAITING, State.READING, State.PLANNED, State.APPLYING]).update(
        state=State.FAILED, problem=_READ_AGAIN, job=None, plan=None
    )
    before.filter(state=State.UNDOING).update(state=State.APPLIED, problem=_UNDO_AGAIN, job=None)

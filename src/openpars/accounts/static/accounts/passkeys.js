// Tells people in words when the browser could not use a passkey, instead of staying silent.
document.addEventListener("allauth.error", (event) => {
  const box = document.querySelector("[data-passkey-error]");
  if (!box) return;
  event.preventDefault();
  const cancelled = event.detail.exception && event.detail.exception.name === "NotAllowedError";
  box.querySelector("p").textContent = cancelled
    ? "The passkey dialog was closed, or it took too long. Nothing has changed; you can try again."
    : "This browser or device could not use a passkey here. Sign in with your password, or try another device.";
  box.hidden = false;
});

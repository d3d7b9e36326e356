"""The watch screen and the dialogs over it."""

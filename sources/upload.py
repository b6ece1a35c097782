"""The form with which a person hands a document in; `intake` decides whether the desk takes it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from sources import intake
from sources.intake import Received

LONGEST_PASTE = 300_000  # characters; anything longer is sent as a file


class UploadForm(forms.Form):
    """One document: a file, a text, or the address to fetch it from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("A web page, a PDF or a text."),
        widget=UnfoldAdminFileFieldWidget(),
    )
    text = forms.CharField(
        label=gettext_lazy("Or a text"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        help_text=gettext_lazy("Where it was published. Alone, it is fetched from there."),
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "https://"}),
    )

    def clean_file(self) -> "UploadedFile[bytes] | None":
        """Refuse what is too large before it is read into memory."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        most = settings.MAX_DOCUMENT_BYTES
        size = file.size or 0 if file else 0
        if size > most:
            raise ValidationError(
                _(
                    "The file has %(size)s; at most %(most)s are taken. Send the article "
                    "without its pictures, or as text."
                )
                % {"size": filesizeformat(size), "most": filesizeformat(most)}
            )
        return file

    def clean(self) -> dict[str, Any]:
        """One document at a time."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("file") and cleaned.get("text", "").strip():
            raise ValidationError(_("Send a file or a text, one at a time."))
        return cleaned

    def field_of(self) -> str | None:
        """The field that a refusal is about, where only one was filled in."""
        filled = [name for name, value in self.cleaned_data.items() if value not in (None, "")]
        return filled[0] if len(filled) == 1 else None

    def receive(self, by: str) -> Received:
        """Hand the document in.

        Raises:
            Unacceptable: the desk does not take it.
        """
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        text: str = self.cleaned_data["text"]
        body, filename, content_type = None, "", ""
        if file is not None:
            body, filename = file.read(), file.name or ""
            content_type = file.content_type or ""
        elif text.strip():
            # Browsers send a line's end as two characters, which the text never had.
            body, content_type = text.replace("\r\n", "\n").encode(), "text/plain; charset=utf-8"
        return intake.receive(
            by=by,
            at=timezone.now(),
            body=body,
            url=self.cleaned_data["url"].strip(),
            filename=filename,
            content_type=content_type,
        )

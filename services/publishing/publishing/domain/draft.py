"""What staff write: the fields of a document in the making."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from publishing.domain.content import MAX_ATTACHMENTS, MAX_BODY
from publishing.domain.words import Sentence, Sha256, ShortText, Word, without_nul
from shared.events import Validity
from shared.kinds import DocumentKind


class DraftFile(BaseModel):
    """An uploaded file under the name the public will see."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: Sha256
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(without_nul)]


class DraftForm(BaseModel):
    """A draft may be incomplete; what its kind requires is asked for when it is submitted.

    `body_html` is sanitised; without it, `body` is taken as plain text or simple Markdown.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: DocumentKind
    title: Sentence
    department: Annotated[str, Field(min_length=1, max_length=100)]
    body: Annotated[str, Field(max_length=MAX_BODY), AfterValidator(without_nul)] = ""
    body_html: Annotated[str, Field(max_length=MAX_BODY), AfterValidator(without_nul)] | None = None
    column: ShortText = None
    document_number: ShortText = None
    index_number: ShortText = None
    issued_on: date | None = None
    validity: Validity = Validity.IN_FORCE
    keywords: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    catalogue_items: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    attachments: Annotated[tuple[DraftFile, ...], Field(max_length=MAX_ATTACHMENTS)] = ()
    source: ShortText = None

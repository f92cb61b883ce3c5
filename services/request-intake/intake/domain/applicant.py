"""What a request must hold (条例 art. 29): who asks, how to reach them, what they want and in which form."""

import re
import unicodedata
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from intake.domain.labels import Labelled

DESCRIPTION_LIMIT = 5000
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class IdKind(Labelled):
    RESIDENT_ID = "resident_id", "居民身份证"
    PASSPORT = "passport", "护照"
    HK_MACAO_PERMIT = "hk_macao_permit", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证"
    OTHER = "other", "其他有效证件"


class OrganisationKind(Labelled):
    """The five columns of the annual report's part three."""

    ENTERPRISE = "enterprise", "商业企业"
    RESEARCH = "research", "科研机构"
    PUBLIC_BENEFIT = "public_benefit", "社会公益组织"
    LEGAL_SERVICE = "legal_service", "法律服务机构"
    OTHER = "other", "其他"


class FormWanted(Labelled):
    PAPER = "paper", "纸质"
    ELECTRONIC = "electronic", "电子文档"
    INSPECTION = "inspection", "现场查阅"


class DeliveryWanted(Labelled):
    POST = "post", "邮寄"
    EMAIL = "email", "电子邮件"
    PICKUP = "pickup", "自行领取"
    FAX = "fax", "传真"


def tidy(value: object) -> object:
    """Text without blanks at its ends and without control characters; broken Unicode is refused."""
    if not isinstance(value, str):
        return value
    if any(unicodedata.category(letter) == "Cs" for letter in value):
        raise PydanticCustomError("string_unicode", "含有无法识别的字符")
    kept = (letter for letter in value if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    return "".join(kept).strip()


def _compact(value: object) -> object:
    text = tidy(value)
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper() if isinstance(text, str) else text


def _credit_code(code: str) -> str:
    if code and not is_credit_code(code):
        raise PydanticCustomError("credit_code", "统一社会信用代码有误，请核对18位代码")
    return code


Tidy = BeforeValidator(tidy)
Line = Annotated[str, StringConstraints(min_length=1, max_length=100), Tidy]
OptionalLine = Annotated[str, StringConstraints(max_length=200), Tidy]
Compact = Annotated[str, StringConstraints(max_length=40), BeforeValidator(_compact)]
IdNumber = Annotated[str, StringConstraints(min_length=4, max_length=40), BeforeValidator(_compact)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=DESCRIPTION_LIMIT), Tidy]
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
PHONE = re.compile(r"\+?\d{7,15}")


def is_resident_id(number: str) -> bool:
    """Whether an 18-place identity number has the right check digit (GB 11643)."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number, re.ASCII):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return ID_CHECKS[total % 11] == number[17]


def is_credit_code(code: str) -> bool:
    """Whether an 18-place unified social credit code has the right check character (GB 32100)."""
    if len(code) != 18 or any(letter not in CREDIT_ALPHABET for letter in code):
        return False
    total = sum(CREDIT_ALPHABET.index(code[place]) * pow(3, place, 31) for place in range(17))
    return CREDIT_ALPHABET[-total % 31] == code[17]


class Contact(BaseModel):
    """How the office reaches the applicant; at least one way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: Compact = ""
    email: OptionalLine = ""
    address: OptionalLine = ""

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if not (self.phone or self.email or self.address):
            raise PydanticCustomError("contact", "电话、电子邮箱、通信地址至少填写一项")
        if self.phone and not PHONE.fullmatch(self.phone):
            raise PydanticCustomError("phone", "电话应为7至15位数字")
        if self.email and not EMAIL.fullmatch(self.email):
            raise PydanticCustomError("email", "电子邮箱格式有误")
        return self


class NaturalPerson(BaseModel):
    """公民: name and proof of identity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["natural_person"]
    name: Line
    id_kind: IdKind
    id_number: IdNumber
    contact: Contact

    @model_validator(mode="after")
    def identified(self) -> Self:
        if self.id_kind is IdKind.RESIDENT_ID and not is_resident_id(self.id_number):
            raise PydanticCustomError("resident_id", "居民身份证号码有误，请核对18位号码")
        return self

    def identity(self) -> str:
        """What makes two filings the same applicant's."""
        return f"{self.kind}/{self.id_kind}/{self.id_number}"


class Organisation(BaseModel):
    """法人或其他组织."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["organisation"]
    name: Line
    organisation_kind: OrganisationKind
    credit_code: Annotated[Compact, AfterValidator(_credit_code)] = ""
    contact_person: Line
    contact: Contact

    def identity(self) -> str:
        """What makes two filings the same applicant's."""
        return f"{self.kind}/{self.credit_code or _compact(self.name)}"


Applicant = Annotated[NaturalPerson | Organisation, Field(discriminator="kind")]


class Filing(BaseModel):
    """A disclosure request as it is filed; asking for a purpose would be unlawful (条例 art. 29)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    department: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    applicant: Applicant
    description: Text
    form: FormWanted
    delivery: DeliveryWanted

    @model_validator(mode="after")
    def deliverable(self) -> Self:
        contact = self.applicant.contact
        if self.delivery is DeliveryWanted.POST and not contact.address:
            raise PydanticCustomError("delivery", "选择邮寄须填写通信地址")
        if self.delivery is DeliveryWanted.EMAIL and not contact.email:
            raise PydanticCustomError("delivery", "选择电子邮件须填写电子邮箱")
        if self.delivery is DeliveryWanted.FAX and not contact.phone:
            raise PydanticCustomError("delivery", "选择传真须填写电话或传真号码")
        return self

    def applicant_kind(self) -> str:
        """The column of the annual report this applicant is counted in."""
        applicant = self.applicant
        return applicant.kind if isinstance(applicant, NaturalPerson) else applicant.organisation_kind.value

    def texts(self) -> dict[str, str]:
        """Everything in the filing that is kept sealed, by name of the field."""
        flat = self.applicant.model_dump(mode="json", exclude={"contact"})
        contact = self.applicant.contact.model_dump(mode="json")
        named = {f"applicant.{name}": value for name, value in {**flat, **contact}.items() if value}
        return {**named, "description": self.description, "form": self.form, "delivery": self.delivery}

    def wording(self) -> str:
        """The description as it is compared with earlier ones: letters and digits only."""
        folded = unicodedata.normalize("NFKC", self.description).lower()
        return "".join(letter for letter in folded if letter.isalnum())

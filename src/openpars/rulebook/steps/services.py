"""Rules about what is sent to the web services beside answers: the services raise them."""

from openpars.rulebook.declaring import Rule
from openpars.rulebook.findings import Stage

RULES = (
    Rule(
        id="request.field.unknown",
        fields=(),
        stage=Stage.VALID,
        message="“{value}” is no field here, so nothing was done.",
        mend="Check its spelling, or leave it out.{meant}",
        example="“tittle” should be title",
        sample=(("value", "tittle"), ("meant", " Did you mean “title”?")),
    ),
    Rule(
        id="request.field.told",
        fields=(),
        stage=Stage.VALID,
        message="“{value}” is told by OpenPARS; it cannot be set to this.",
        mend="Leave it out, or send it as you read it. The status changes by closing and reopening.",
        example="“status”: “Closed” among the answers",
        sample=(("value", "status"),),
    ),
    Rule(
        id="request.internal_id.differs",
        fields=("internal_id",),
        stage=Stage.VALID,
        message="The address names the internal ID “{named}”, the body “{value}”.",
        mend="Send the same in both, or leave it out of the body. To give it another, use PATCH.",
        example="PUT to internal:SEPSIS-26 with the internal ID SEPSIS-27",
        sample=(("named", "SEPSIS-26"), ("value", "SEPSIS-27")),
    ),
    Rule(
        id="request.provider.differs",
        fields=(),
        stage=Stage.VALID,
        message="The activity names the provider “{value}”, and the key is one of provider {own}.",
        mend="Send it with a key of that provider, or leave ProviderID out.",
        example="ProviderID 0009999 with a key of provider 0001234",
        sample=(("value", "0009999"), ("own", "0001234")),
    ),
)

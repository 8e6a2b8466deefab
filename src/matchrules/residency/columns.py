"""The columns of a catalogue: one row a program. Types and ranges are the vocabulary's."""

from typing import Final

from attrs import frozen


@frozen
class Column:
    """A column by the name in its header, and the attribute of `program` that it fills (None: it
    fills none). `required`: it is there, and filled in every row. `words`: what a person is asked
    to look up."""

    name: str
    attribute: str | None
    required: bool = False
    words: str = ""


ID: Final = "program_id"
SCHOOLS: Final = "schools_of_residents"  # gives `like_background`, together with the applicant

COLUMNS: Final = (
    Column(ID, "id", required=True),
    Column("name", "name", required=True),
    Column("city", "city", required=True),
    Column("state", "state", required=True),
    Column("region", "region", required=True),
    Column("kind", "kind", required=True),
    Column("academic_tier", "academic_tier"),
    Column("img_policy", "img_policy", words="IMG policy"),
    Column("pct_img", "pct_img", words="IMG share"),
    Column("us_img_last3", "us_img_last3"),
    Column(SCHOOLS, None, words="schools"),
    Column("img_friendly_affiliation", "img_friendly_affiliation"),
    Column("min_step2ck", "min_step2ck", words="cutoff"),
    Column("avg_step2ck", "avg_step2ck", words="average"),
    Column("max_failed_attempts", "max_failed_attempts", words="failed sittings"),
    Column("usce_months_required", "usce_months_required", words="US months"),
    Column("max_years_since_graduation", "max_years_since_graduation", words="years out"),
    Column("certified_at_application", "certified_at_application", words="certificate"),
    Column("positions", "positions"),
    Column("saturation", "saturation"),
    Column("accepts_signals", "accepts_signals"),
    Column("visa_sponsorship", None),  # free text: nobody whom the rules speak to needs a visa
    Column("source_url", "source_url", required=True),
    Column("source_date", "source_date", required=True),
)
BY_NAME: Final = {column.name: column for column in COLUMNS}
OF_ATTRIBUTE: Final = {
    **{column.attribute: column.name for column in COLUMNS if column.attribute is not None},
    "like_background": SCHOOLS,
}

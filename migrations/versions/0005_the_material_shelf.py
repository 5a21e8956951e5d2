"""What scans tell of the files on the shelf, and who has seen which page of them."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0005"
down_revision = "0004"

SEEN = ("office_id", "sha256", "staff_id", "pages", "page")


def upgrade() -> None:
    op.create_table(
        "material_scans",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("scanner", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_material_scans_blob",
        ),
        sa.PrimaryKeyConstraint("office_id", "sha256", name=op.f("pk_material_scans")),
    )
    op.create_table(
        "material_openings",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("page >= 1 AND page <= pages", name=op.f("ck_material_openings_page")),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_material_openings_blob",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_material_openings_staff_id")
        ),
        sa.PrimaryKeyConstraint(*SEEN, name=op.f("pk_material_openings")),
    )
    # Who has seen what decides who may say yes: it is written once, and not again.
    guards.keep("material_openings")
    guards.never_replaced("material_openings", SEEN)
    guards.never_deleted("material_scans")


def downgrade() -> None:
    guards.may_be_deleted("material_scans")
    guards.allow("material_openings", "replaced")
    guards.release("material_openings")
    op.drop_table("material_openings")
    op.drop_table("material_scans")

#!/usr/bin/env python3
"""Writes the SQL that creates a MySQL or MariaDB database as MLflow's migrations leave it.

    mlflow db upgrade mysql+pymysql://user:password@host/database        (an empty database, with that MLflow)
    python scripts/make_mysql_schema.py mysql+pymysql://user:password@host/database RELEASE

Needs SQLAlchemy and PyMySQL, and MariaDB. Names that the server gave by itself, and the character set that is the database's own, are
left out: they come again from the server and the database for which the script runs.
"""
import pathlib
import re
import sys

import sqlalchemy as sa

SCHEMA = pathlib.Path(__file__).parent.parent / "src/store/schema"
FIRST_ROWS = """INSERT INTO "workspaces" ("name", "description") VALUES ('default', 'Default workspace for legacy resources')"""


def create_table(statement):
    text = re.sub(r"\) ENGINE=\S+.*$", ") ENGINE=InnoDB", statement)
    text = re.sub(r"\b(int|bigint)\(\d+\)", r"\1", text)
    text = re.sub(r'CONSTRAINT "CONSTRAINT_\d+" CHECK', "CHECK", text)
    return re.sub(
        r'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin( NOT NULL| DEFAULT NULL)? CHECK \(json_valid\("\w+"\)\)',
        lambda found: "json" + (found[1] or ""),
        text,
    )


def create_trigger(row):
    return f"CREATE TRIGGER {row['Trigger']} {row['Timing']} {row['Event']} ON {row['Table']} FOR EACH ROW {row['Statement']}"


def statements(connection):
    connection.execute(sa.text("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')"))
    yield "SET FOREIGN_KEY_CHECKS = 0"
    for (name,) in connection.execute(sa.text("SHOW TABLES")).all():
        yield create_table(connection.execute(sa.text(f'SHOW CREATE TABLE "{name}"')).one()[1])
    for row in connection.execute(sa.text("SHOW TRIGGERS")).mappings():
        yield create_trigger(row)
    yield "SET FOREIGN_KEY_CHECKS = 1"
    for (head,) in connection.execute(sa.text("SELECT version_num FROM alembic_version")).all():
        yield f"""INSERT INTO "alembic_version" VALUES ('{head}')"""
    yield FIRST_ROWS


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with sa.create_engine(sys.argv[1]).connect() as connection:
        text = ";\n".join(statements(connection)) + ";\n"
    (SCHEMA / f"mlflow-{sys.argv[2]}.mysql.sql").write_text(text, encoding="utf-8")

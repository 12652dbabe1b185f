"""Checks what the packages say to people and to brokers.

usage: forms.py ROOT PACKAGES ARCHIVE
"""

import hashlib
import json
import pathlib
import re
import sys
import tarfile

import fastavro
import fastavro.validation
import pyhocon

ROOT, PACKAGES, ARCHIVE = (pathlib.Path(argument) for argument in sys.argv[1:])
NAME = ARCHIVE.name.removesuffix(".tar.gz")
APPLICATION = PACKAGES / "5" / NAME / NAME
PRIV = APPLICATION / "priv"
SCHEMA = json.loads((PRIV / "config_schema.avsc").read_text())
I18N = json.loads((PRIV / "config_i18n.json").read_text())
RELEASE = json.loads((PACKAGES / "5" / NAME / "release.json").read_text())

# The components that the dashboard has, and the Avro types that it draws with them.
COMPONENTS = {
    "input": "string",
    "input-password": "string",
    "input-textarea": "string",
    "code-editor": "string",
    "select": "enum",
    "switch": "boolean",
    "maps-editor": "array",
}


def messages(node):
    """All $names in the parts of the schema that are for people."""
    if isinstance(node, dict):
        return {name for value in node.values() for name in messages(value)}
    if isinstance(node, list):
        return {name for value in node for name in messages(value)}
    return {node} if isinstance(node, str) and node.startswith("$") else set()


def kind(field):
    return field["type"] if isinstance(field["type"], str) else field["type"]["type"]


def the_schema_is_one_of_avro_and_the_default_configuration_fits():
    parsed = fastavro.parse_schema(SCHEMA)
    default = pyhocon.ConfigFactory.parse_file(str(PRIV / "config.hocon")).as_plain_ordered_dict()
    fastavro.validation.validate(default, parsed)
    assert default == {field["name"]: field["default"] for field in SCHEMA["fields"]}
    filled = default | {"verify_claims": [{"name": "sub", "value": "x"}]}
    fastavro.validation.validate(filled, parsed)
    for wrong in ({"from": "header"}, {"secret": 1}, {"verify_claims": [{"name": "sub"}]}):
        assert not fastavro.validation.validate(default | wrong, parsed, raise_errors=False), wrong


def no_union_is_in_the_schema():
    """The broker would give the plugin {"string": ...} for it."""
    assert not any(isinstance(field["type"], list) for field in SCHEMA["fields"])


def every_field_has_a_component_that_fits_its_type():
    for field in SCHEMA["fields"]:
        ui = field["$ui"]
        assert COMPONENTS[ui["component"]] == kind(field), field["name"]
        assert ui["flex"] in (12, 24) and ui["label"] and ui["description"], field["name"]
        if ui["component"] == "select":
            assert [one["value"] for one in ui["options"]] == field["type"]["symbols"]


def the_fields_of_the_module_come_first():
    labels = {field["name"]: I18N[field["$ui"]["label"]]["en"] for field in SCHEMA["fields"]}
    module = {
        "secret": "Key",
        "from": "Authentication source",
        "public_key": "Public key",
        "signature_format": "Signature format",
        "verify_claims": "Verification fields",
    }
    assert labels | module == labels
    assert set(list(labels)[:6]) - {"acl_claim_name"} == set(module)


def every_message_is_there_in_both_languages_and_used():
    assert messages([field["$ui"] for field in SCHEMA["fields"]]) == set(I18N)
    for name, texts in I18N.items():
        assert set(texts) == {"en", "zh"} and all(texts.values()), name


def every_field_is_an_option_of_the_library():
    options = json.loads((ROOT / "include/jwt_auth.schema.json").read_text())["properties"]
    unknown = {field["name"] for field in SCHEMA["fields"]} - set(options)
    assert unknown == {"advanced"}, unknown


def the_configuration_of_emqx_4_has_the_same_fields():
    fields = {field["name"]: kind(field) for field in SCHEMA["fields"]}
    lines = (PACKAGES / "4/emqx_jwt_auth/etc/emqx_jwt_auth.conf").read_text()
    named = set(re.findall(r"^(?:## )?jwt_auth\.([a-z0-9_]+)", lines, re.M))
    assert named == set(fields) | {"config_file"}, named
    source = (ROOT / "c_examples/emqx/src/emqx_jwt_auth_lines.erl").read_text()
    texts = set(re.findall(r'"(\w+)"', re.search(r"-define\(TEXTS, \[(.*?)\]\)", source, re.S)[1]))
    assert texts == {name for name, type_ in fields.items() if type_ in ("string", "enum")}, texts


def the_release_names_itself_as_its_directory():
    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    assert RELEASE["name"] + "-" + RELEASE["rel_vsn"] == NAME == "emqx_jwt_auth-" + version
    assert RELEASE["rel_apps"] == [NAME]
    assert RELEASE["metadata_vsn"] == "0.2.0" and RELEASE["with_config_schema"] is True
    assert set(RELEASE) == {
        "name", "rel_vsn", "rel_apps", "description", "authors", "builder", "repo",
        "functionality", "compatibility", "git_ref", "git_commit_or_build_date", "date",
        "metadata_vsn", "built_on_otp_release", "emqx_plugrel_vsn", "with_config_schema", "hidden",
    }
    assert not any("@" in str(value) for value in RELEASE.values())


def the_archives_hold_plain_files_of_nobody():
    for archive, top in ((ARCHIVE, NAME), (PACKAGES / f"{NAME}-emqx4.tar.gz", "emqx_jwt_auth")):
        with tarfile.open(archive) as tar:
            members = tar.getmembers()
        assert all(member.name.split("/")[0] == top for member in members)
        assert all(member.isfile() or member.isdir() for member in members)
        assert {member.mode for member in members} == {0o644, 0o755}
        assert {(member.uid, member.gid) for member in members} == {(0, 0)}
        names = {pathlib.PurePath(member.name).name for member in members}
        assert {"jwt_auth_nif.so", "emqx_jwt_auth.app"} <= names


def the_sums_are_those_of_the_archives():
    for archive in (ARCHIVE, PACKAGES / f"{NAME}-emqx4.tar.gz"):
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        assert pathlib.Path(f"{archive}.sha256").read_text() == f"{digest}  {archive.name}\n"


checks = [check for check in list(globals().values()) if getattr(check, "__module__", "") == __name__
          and check not in (messages, kind)]
for check in checks:
    check()
print(f"{len(checks)} checks of the packages passed")

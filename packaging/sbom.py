#!/usr/bin/env python3
"""Writes the bill of materials of a release as CycloneDX 1.6 JSON, from `cargo metadata`, and validates it.

Usage: packaging/sbom.py OUTPUT.json   (pip install "cyclonedx-python-lib[json-validation]")
"""
import json
import subprocess
import sys
import uuid

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

# What ends up in the program or runs while it is built; not what only tests need.
KINDS = {None, "build"}


def checksums():
    """SHA-256 of every package in Cargo.lock, by name and version."""
    name = version = None
    found = {}
    with open("Cargo.lock", encoding="utf-8") as lock:
        for line in lock:
            key, _, value = line.strip().partition(" = ")
            value = value.strip('"')
            if key == "name":
                name = value
            elif key == "version":
                version = value
            elif key == "checksum":
                found[name, version] = value
    return found


def component(package, sums, kind=ComponentType.LIBRARY):
    digest = sums.get((package["name"], package["version"]))
    licence = (package["license"] or "").replace("/", " OR ")
    return Component(
        type=kind,
        name=package["name"],
        version=package["version"],
        bom_ref=f"{package['name']}@{package['version']}",
        purl=PackageURL("cargo", None, package["name"], package["version"]),
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
    )


def main(output):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root, sums = metadata["resolve"]["root"], checksums()
    needed, open_ids = {}, [root]
    while open_ids:
        this = open_ids.pop()
        if this in needed:
            continue
        kind = ComponentType.APPLICATION if this == root else ComponentType.LIBRARY
        needed[this] = component(packages[this], sums, kind)
        open_ids += below(nodes[this])
    bom = Bom(components=[part for key, part in needed.items() if key != root])
    bom.metadata.component = needed[root]
    # The same sources give the same bytes: no time, and a number that follows from the parts.
    bom.metadata.timestamp = None
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, " ".join(sorted(str(part.bom_ref) for part in needed.values())))
    for key, part in needed.items():
        bom.register_dependency(part, [needed[other] for other in below(nodes[key])])
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault:
        sys.exit(f"the bill of materials is not valid: {fault}")
    with open(output, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    print(f"{len(needed) - 1} components in {output}")


def below(node):
    """Packages that `node` needs in the program or for its build."""
    return [d["pkg"] for d in node["deps"] if any(k["kind"] in KINDS for k in d["dep_kinds"])]


if __name__ == "__main__":
    main(*sys.argv[1:])

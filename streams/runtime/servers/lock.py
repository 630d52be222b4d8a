"""Writes deploy/broker/kafka.lock anew: `python -m streams.runtime.servers.lock`.

The set is what `kafka.Kafka` and `kafka.tools.StorageTool` load, with every compression codec and
a log binding, less the dependencies of features that this broker does not switch on.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from streams.runtime.servers.jars import LOCK_FILE, PARALLEL, sha256_of

KAFKA_VERSION = "4.4.0"
ROOT = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
LOG_BINDING = ("org.apache.logging.log4j", "log4j-slf4j-impl", "log4j-core")  # else no log at all
LEFT_OUT = {
    "caffeine": "index cache of remote storage",
    "commons-beanutils": "XML half of commons-validator",
    "commons-collections": "XML half of commons-validator",
    "commons-digester": "XML half of commons-validator",
    "commons-logging": "XML half of commons-validator",
    "jackson-datatype-jdk8": "command-line tools",
    "jose4j": "OAuth bearer tokens",
    "kafka-tools-api": "command-line tools",
    "scala-reflect": "macros at compile time",
    "snakeyaml": "YAML log configuration",
}


def resolve(scratch: Path) -> list[tuple[str, str, int]]:
    """Coordinate, SHA-256 and size of each jar, sorted, as the repository serves them now."""
    from jgo.maven import MavenContext  # noqa: PLC0415  # slow to load, seldom needed

    context = MavenContext(repo_cache=scratch, timeout=60)
    inputs, transitive = context.resolver.resolve([context.create_dependency(ROOT)])
    artifacts = [
        dependency.artifact
        for dependency in (*inputs, *transitive)
        if dependency.artifactId not in LEFT_OUT
    ]
    group, binding, like = LOG_BINDING
    version = next(a.version for a in artifacts if a.artifactId == like)
    # Added by itself: resolved together, the binding's own managed versions would win over Kafka's.
    artifacts.append(context.project(group, binding).at_version(version).artifact())
    with ThreadPoolExecutor(PARALLEL) as pool:
        paths = list(pool.map(lambda artifact: Path(artifact.resolve()), artifacts))
    return sorted(
        (f"{a.groupId}:{a.artifactId}:{a.version}", sha256_of(path), path.stat().st_size)
        for a, path in zip(artifacts, paths, strict=True)
    )


def text_of(jars: list[tuple[str, str, int]]) -> str:
    """The lock file's content."""
    lines = [
        f"# Apache Kafka {KAFKA_VERSION}: {len(jars)} jars,"
        f" {sum(size for *_, size in jars) / 1e6:.0f} MB. Written by scripts/lock-broker.",
        "# Left out, with what they are for:",
        *(f"#   {name}: {why}" for name, why in LEFT_OUT.items()),
        *(f"{coordinate} sha256:{digest} {size}" for coordinate, digest, size in jars),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Resolves, downloads and writes; says how many jars."""
    with tempfile.TemporaryDirectory() as scratch:
        jars = resolve(Path(scratch))
    LOCK_FILE.write_text(text_of(jars), encoding="utf-8")
    sys.stdout.write(f"{LOCK_FILE}: {len(jars)} jars\n")


if __name__ == "__main__":
    main()

"""AsyncAPI 3 document of the topics: who sends what under which key, and with what guarantee."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from schemas.catalogue import kinds

KAFKA_BINDING = "0.5.0"

HEADERS = {
    "reason": "reason code of the gate, e.g. not-json, schema, unknown-feed, wrong-cell, duplicate",
    "detail": "what was wrong: field, value, what is allowed",
    "department": "department whose inbox it came by",
    "feed": "feed it named, empty when it could not be read",
    "topic": "topic it stands in",
    "partition": "partition there, decimal",
    "offset": "offset there, decimal",
    "received_at_ms": "instant it arrived, Unix ms UTC, decimal",
    "key": "its Kafka key",
}

CHANNELS: dict[str, dict[str, Any]] = {
    "inbox": {
        "address": "inbox.{department}",
        "title": "收件 / Inbox of a department",
        "description": (
            "Observations a department publishes, one JSON record a message, UTF-8. Key: the cell "
            "of the record's place in UTF-8, partitioned by Kafka's murmur2, so that all that is "
            "known of one cell meets in one partition. Order counts within a source. Send with "
            "acks=all; a repeated record is recognised by its source and instant, so sending again "
            "after a doubt is safe. Every accepted message is either processed or quarantined."
        ),
        "parameters": {"department": {"description": "key of the department in the site model"}},
        "cleanup": "delete",
        "key": "cell of the record's place",
        "action": "receive",
    },
    "situation": {
        "address": "situation",
        "title": "态势 / Situation",
        "description": (
            "The newest values of each place. Key: the place. Compacted: the newest message of a "
            "key is the state, older ones may be gone. At least once; a message replaces the one "
            "before it, so a repetition changes nothing."
        ),
        "cleanup": "compact",
        "key": "place",
        "action": "send",
    },
    "alerts": {
        "address": "alerts",
        "title": "告警 / Alerts",
        "description": (
            "Every version of every alert, never deleted. Key: the alert's id. At least once: drop "
            "what you have by (id, version). Versions of one alert come in order. The id is "
            "computed from site, rule, place and onset, so a restart makes the same one again."
        ),
        "cleanup": "delete",
        "key": "alert id",
        "action": "send",
    },
    "quarantine": {
        "address": "quarantine",
        "title": "隔离 / Quarantine",
        "description": (
            "Messages that were refused, byte for byte as they came; the headers say why and where "
            "they stand in the log. Key: the department. At least once: drop what you have by "
            "(topic, partition, offset). Can be replayed after a fix."
        ),
        "cleanup": "delete",
        "key": "department",
        "action": "send",
    },
}


def asyncapi() -> dict[str, Any]:
    """The document; payloads refer to the JSON Schemas beside it."""
    messages = {"inbox": list(kinds()), "situation": ["situation"], "alerts": ["alert"]}
    messages["quarantine"] = ["refused"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hubwatch",
            "version": version("hubwatch"),
            "description": "What departments send to the platform, and what it says.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(CHANNELS[name], messages[name]) for name in CHANNELS},
        "operations": {
            f"{row['action']}_{name}": {
                "action": row["action"],
                "channel": {"$ref": f"#/channels/{name}"},
                "summary": row["title"],
            }
            for name, row in CHANNELS.items()
        },
        "components": {"messages": _messages()},
    }


def _channel(row: dict[str, Any], messages: list[str]) -> dict[str, Any]:
    parameters = {"parameters": row["parameters"]} if "parameters" in row else {}
    return {
        "address": row["address"],
        "title": row["title"],
        "description": row["description"],
        **parameters,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topicConfiguration": {"cleanup.policy": [row["cleanup"]]},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _messages() -> dict[str, Any]:
    records = {
        kind: {
            **_message(kind, f"{model.title_zh} / {model.title_en}", CHANNELS["inbox"]["key"]),
            "examples": [{"payload": model.example().model_dump(exclude_none=True)}],
        }
        for kind, model in kinds().items()
    }
    return {
        **records,
        "situation": _message("situation", "态势 / Situation", CHANNELS["situation"]["key"]),
        "alert": _message("alert", "告警 / Alert", CHANNELS["alerts"]["key"]),
        "refused": _refused(),
    }


def _message(name: str, title: str, key: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "payload": {"$ref": f"./schemas/{name}.json"},
        "bindings": _key(key),
    }


def _refused() -> dict[str, Any]:
    texts = {name: {"type": "string", "description": text} for name, text in HEADERS.items()}
    return {
        "name": "refused",
        "title": "隔离消息 / Refused message",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "properties": texts, "required": list(texts)},
        "payload": {"description": "the original bytes, whatever they are"},
        "bindings": _key(CHANNELS["quarantine"]["key"]),
    }


def _key(description: str) -> dict[str, Any]:
    return {
        "kafka": {
            "key": {"type": "string", "description": description},
            "bindingVersion": KAFKA_BINDING,
        }
    }

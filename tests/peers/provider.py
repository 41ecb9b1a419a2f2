"""Answers questions with PyPI's OpenFeature SDK and its flagd provider, in process, from the exported file.

python provider.py <export.json> <questions.json>

Prints one line of JSON for each question: [value, variant, reason, error].
"""

import json
import logging
import sys
import time

from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext

logging.disable(logging.CRITICAL)
with open(sys.argv[2], encoding="utf-8") as file:
    asked = json.load(file)
api.set_provider_and_wait(
    FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=sys.argv[1])
)
client = api.get_client()
resolve = {
    "boolean": lambda key, context: client.get_boolean_details(key, False, context),
    "string": lambda key, context: client.get_string_details(key, "", context),
    "integer": lambda key, context: client.get_integer_details(key, 0, context),
    "number": lambda key, context: client.get_float_details(key, 0.0, context),
    "json": lambda key, context: client.get_object_details(key, {}, context),
}


def context_of(attributes):
    attributes = dict(attributes)
    return EvaluationContext(attributes.pop("targetingKey", None), attributes)


def text(value):
    return None if value is None else getattr(value, "value", value)


contexts = [context_of(one) for one in asked["contexts"]]
now = 0
real, time.time = time.time, lambda: now
lines = []
for key, kind, context, moment in asked["questions"]:
    now = moment
    details = resolve[kind](key, contexts[context])
    found = [details.value, details.variant, text(details.reason), text(details.error_code)]
    lines.append(json.dumps(found))
time.time = real
print("\n".join(lines))
sys.stdout.flush()
api.shutdown()

"""Answers questions with PyPI's OpenFeature SDK and its flagd provider, in process, from the exported file.

python provider.py <export.json> <questions.json>

Prints one line of JSON for each question: [value, variant, reason, error].
"""

import logging
import sys

from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType

from asked import answers

logging.disable(logging.CRITICAL)
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


def text(value):
    return None if value is None else getattr(value, "value", value)


def answer(key, kind, context):
    details = resolve[kind](key, context)
    return [details.value, details.variant, text(details.reason), text(details.error_code)]


print(answers(sys.argv[2], answer))
sys.stdout.flush()
api.shutdown()

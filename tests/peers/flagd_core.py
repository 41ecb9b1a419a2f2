"""Answers questions with PyPI's openfeature-flagd-core.

python flagd_core.py <export.json> <questions.json>

Prints one line of JSON for each question: [value, variant, reason, error].
"""

import logging
import sys

from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.exception import OpenFeatureError

from asked import answers

logging.disable(logging.CRITICAL)
core = FlagdCore()
with open(sys.argv[1], encoding="utf-8") as file:
    core.set_flags(file.read())

resolve = {
    "boolean": lambda key, context: core.resolve_boolean_value(key, False, context),
    "string": lambda key, context: core.resolve_string_value(key, "", context),
    "integer": lambda key, context: core.resolve_integer_value(key, 0, context),
    "number": lambda key, context: core.resolve_float_value(key, 0.0, context),
    "json": lambda key, context: core.resolve_object_value(key, {}, context),
}


def answer(key, kind, context):
    try:
        details = resolve[kind](key, context)
    except OpenFeatureError as error:
        return [None, None, "ERROR", error.error_code.value]
    except Exception as error:  # The engine itself fails: that is an answer, too.
        return [None, None, "ERROR", type(error).__name__]
    return [details.value, details.variant, details.reason.value, None]


print(answers(sys.argv[2], answer))

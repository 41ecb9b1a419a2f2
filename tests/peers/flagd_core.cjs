// Answers questions with npm's @openfeature/flagd-core.
//
// node flagd_core.cjs <folder with node_modules> <export.json> <questions.json> compiled|interpreted
//
// Prints one line of JSON for each question: [value, variant, reason, error].
'use strict';
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const [, , modules, flags, asked, mode] = process.argv;
const { FlagdCore } = createRequire(join(modules, 'x'))('@openfeature/flagd-core');
const silent = { error() {}, warn() {}, info() {}, debug() {} };
const core = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration: mode === 'interpreted' });
core.setConfigurations(readFileSync(flags, 'utf8'));

const resolve = {
  boolean: (key, context) => core.resolveBooleanEvaluation(key, false, context, silent),
  string: (key, context) => core.resolveStringEvaluation(key, '', context, silent),
  integer: (key, context) => core.resolveNumberEvaluation(key, 0, context, silent),
  number: (key, context) => core.resolveNumberEvaluation(key, 0, context, silent),
  json: (key, context) => core.resolveObjectEvaluation(key, {}, context, silent),
};
let now = 0;
Date.now = () => now * 1000;
const { contexts, questions } = JSON.parse(readFileSync(asked, 'utf8'));
const lines = questions.map(([key, type, context, moment]) => {
  now = moment;
  const { value, variant, reason, errorCode } = resolve[type](key, contexts[context]);
  return JSON.stringify([value, variant ?? null, reason, errorCode ?? null]);
});
process.stdout.write(lines.join('\n') + '\n');

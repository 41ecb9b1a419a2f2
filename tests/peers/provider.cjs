// Answers questions with npm's OpenFeature SDK and its flagd provider, in process, from the exported file.
//
// node provider.cjs <folder with node_modules> <export.json> <questions.json>
//
// Prints one line of JSON for each question: [value, variant, reason, error].
'use strict';
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const [, , modules, flags, asked] = process.argv;
const load = createRequire(join(modules, 'x'));
const { OpenFeature } = load('@openfeature/server-sdk');
const { FlagdProvider } = load('@openfeature/flagd-provider');

async function main() {
  const provider = new FlagdProvider({ resolverType: 'in-process', offlineFlagSourcePath: flags });
  await OpenFeature.setProviderAndWait(provider);
  const client = OpenFeature.getClient();
  const resolve = {
    boolean: (key, context) => client.getBooleanDetails(key, false, context),
    string: (key, context) => client.getStringDetails(key, '', context),
    integer: (key, context) => client.getNumberDetails(key, 0, context),
    number: (key, context) => client.getNumberDetails(key, 0, context),
    json: (key, context) => client.getObjectDetails(key, {}, context),
  };
  let now = 0;
  const { contexts, questions } = JSON.parse(readFileSync(asked, 'utf8'));
  const real = Date.now;
  const lines = [];
  for (const [key, type, context, moment] of questions) {
    now = moment;
    Date.now = () => now * 1000;
    const { value, variant, reason, errorCode } = await resolve[type](key, contexts[context]);
    lines.push(JSON.stringify([value, variant ?? null, reason, errorCode ?? null]));
  }
  Date.now = real;
  process.stdout.write(lines.join('\n') + '\n');
  await OpenFeature.close();
}

main().then(() => process.exit(0));

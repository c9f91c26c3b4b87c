// A client of an MCP server (Model Context Protocol) that has its tokens and makes its requests by `tokenwright`: the conformance suite
// runs `node mcp-client.mjs PROGRAM URL` for each scenario. What it does is what a person would type.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [program, url] = process.argv.slice(2);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const version = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? '2025-11-25';
// From 2026-07-28 on there is no handshake: each request says who asks.
const isStateless = version >= '2026-07-28';

const home = mkdtempSync(join(tmpdir(), 'mcp-client-'));
const env = {
  PATH: process.env.PATH,
  HOME: home,
  TOKENWRIGHT_HOME: join(home, 'tokenwright'),
  TOKENWRIGHT_VAULT: 'passphrase',
  TOKENWRIGHT_PASSPHRASE: 'open sesame',
};

/** Runs the program to its end. A sign-in whose response is not believed would wait for another one: the person stops it. */
async function run(words, input = '') {
  const child = spawn(program, words, { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    if (/^warning: the response /m.test(stderr)) child.kill('SIGINT');
  });
  child.stdin.on('error', () => {}).end(input);
  const status = await new Promise((resolve) => child.on('close', resolve));
  console.error(`$ tokenwright ${words.join(' ')}\n${stderr}(${status})`);
  return { status, stdout, stderr };
}

async function must(running) {
  const done = await running;
  if (done.status !== 0) throw new Error('that was not to fail');
  return done;
}

const browser = ['--redirect-uri', 'http://127.0.0.1/callback', '--browser', 'curl -sL -o /dev/null'];
const begin = ['sign-in', 'mcp', '--protected-resource', url, '--overwrite'];

function signIn(more = [], input = '') {
  return run([...begin, ...browser, ...more], input);
}

/** Without a person. */
function robot(more, input = '') {
  return run([...begin, ...more], input);
}

function file(name, text) {
  const path = join(home, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

let last = 0;

/** One message of JSON-RPC; one without an answer if it is no request. */
async function send(method, params = {}, isRequest = true) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'mcp-client', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const message = { jsonrpc: '2.0', method, params: isStateless ? { ...params, _meta: meta } : params };
  if (isRequest) message.id = ++last;
  const headers = [
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `MCP-Protocol-Version: ${version}`,
    ...(isStateless ? [`Mcp-Method: ${method}`, ...(params.name ? [`Mcp-Name: ${params.name}`] : [])] : []),
  ];
  const words = ['call', 'mcp', 'POST', url, ...headers.flatMap((header) => ['--header', header]), '--body', '-', '--json'];
  const done = await run(words, JSON.stringify(message));
  const reply = done.stdout ? JSON.parse(done.stdout) : { status: 0 };
  return { ...reply, stderr: done.stderr };
}

/** Sends a request, and signs in as the API asks where it refuses; it is asked twice at most. */
async function ask(method, params) {
  for (let turn = 0; ; turn += 1) {
    const reply = await send(method, params);
    if (reply.status < 400 || turn === 2) return reply;
    const told = /as the API asks: `tokenwright ([^`]*)`/.exec(reply.stderr);
    if (told) await must(run([...told[1].split(' ').map((word) => word.replaceAll("'", '')), ...browser]));
    // The API may name another issuer by now.
    else if (reply.status === 401) await must(signIn());
    else return reply;
  }
}

async function converse() {
  if (!isStateless) {
    const capabilities = {};
    await ask('initialize', { protocolVersion: version, capabilities, clientInfo: { name: 'mcp-client', version: '1.0.0' } });
    await send('notifications/initialized', {}, false);
  }
  await ask('tools/list', {});
  return ask('tools/call', { name: 'test-tool', arguments: {} });
}

const secret = ['--client-secret-stdin'];
const own = {
  'auth/basic-cimd': () => signIn(['--client-document', 'https://conformance-test.local/client-metadata.json']),
  'auth/pre-registration': () => signIn(['--client-id', context.client_id, ...secret], `${context.client_secret}\n`),
  'auth/client-credentials-basic': () =>
    robot(['--grant', 'client-credentials', '--client-id', context.client_id, ...secret], `${context.client_secret}\n`),
  'auth/client-credentials-jwt': () =>
    robot(['--grant', 'client-credentials', '--client-id', context.client_id, '--client-auth', 'private_key_jwt',
      '--key-file', file('key.pem', context.private_key_pem)]),
  'auth/wif-jwt-bearer': () =>
    robot(['--grant', 'jwt-bearer', '--client-id', context.client_id, '--client-auth', 'none',
      '--source', `assertion=file:${file('job.jwt', context.valid_jwt)}`]),
  'auth/enterprise-managed-authorization': async () => {
    const types = 'urn:ietf:params:oauth:token-type';
    // The grant of the identity provider is for the issuer that the API names.
    const { stderr } = await robot(['--grant', 'jwt-bearer', '--client-id', 'x', '--try']);
    const issuer = /authorization_servers: (\S+)/.exec(stderr)[1];
    await must(run(['sign-in', 'grant', '--issuer', context.idp_issuer, '--grant', 'token-exchange', '--client-id', context.idp_client_id,
      '--client-auth', 'none', '--source', `subject_token=file:${file('id.jwt', context.idp_id_token)}`,
      '--set', `subject_token_type=${types}:id_token`, '--param', `token.requested_token_type=${types}:id-jag`,
      '--param', `token.audience=${issuer}`, '--resource', url]));
    return robot(['--grant', 'jwt-bearer', '--client-id', context.client_id, ...secret, '--source', 'assertion=profile:grant'],
      `${context.client_secret}\n`);
  },
  'auth/dpop': () => signIn(['--dpop']),
  'auth/dpop-nonce': () => signIn(['--dpop']),
};

try {
  await must((own[scenario] ?? signIn)());
  process.exitCode = (await converse()).status < 400 ? 0 : 1;
} finally {
  rmSync(home, { recursive: true });
}

// A certified OpenID provider that this project did not write, on loopback, for one test.
//
// node oidc-provider.mjs [--auto] [--access-token-seconds N] [--client-key FILE] [--dpop-nonce]
//     [--registration [--initial-access-token TOKEN]] [--tls FOLDER [--tls-version V]]
//
// Prints one JSON line, {"listening": PORT, "issuer": URL}, then serves until its standard input closes, so that it never
// outlives the test that started it. Everything is kept in memory.
//
// Without `--auto` a person (or a driven browser) goes through the server's own sign-in and consent pages. With `--auto`
// the one user is signed in already and has agreed to everything: the authorization endpoint answers at once with the
// redirect that carries the code, so that an HTTP client without cookies completes the flow.
//
// The clients `bound-public` and `bound-confidential` get access tokens that are bound to a key (DPoP, RFC 9449); with
// `--dpop-nonce` every proof must repeat a nonce of the server.
//
// `--client-key` names a public key in PEM: with it there is a client `with-key`, which proves itself by an assertion that
// this key verifies (private_key_jwt), and `fapi`, which does the same under the FAPI 2.0 Security Profile. The authorization
// responses of `encrypted`, if they are signed (JARM), its ID tokens and its signed userinfo are encrypted to this key as well: to an EC key by ECDH-ES+A256KW with
// A256GCM, to an RSA key by RSA-OAEP-256 (those of `encrypted-sha1` by RSA-OAEP) with the server's default, A128CBC-HS256. `jar` must sign its authorization requests
// with this key, and may encrypt them to one of the server's keys; `fapi-signed` is like `fapi`, and must sign them too.
//
// With `--registration` clients register themselves (RFC 7591) and manage that (RFC 7592); each update ends the token before it.
// `--initial-access-token` names the token without which nobody is registered.
//
// `/step-up` is an API behind the server: it takes access tokens of a person who signed in by `urn:example:strong`, within the last
// five minutes, and asks for that with a challenge (RFC 9470).
//
// With `--rar` it takes authorization details (RFC 9396) of the types `account`, `payment`, which must have an `amount` and is
// granted with a `reference`, `transfer`, which nobody grants, and `order`, which it judges by the schema that it publishes
// (draft-ietf-oauth-rar-metadata-remediation-00 section 5), with `ajv`. A token request that asks for some of the types gets those alone.
//
// With `--tls` the server speaks TLS on two ports: that of the issuer, where no certificate is asked for, and another for mutual
// TLS (RFC 8705), which the metadata names under `mtls_endpoint_aliases`. The folder has `server.pem` and `server.key`, `ca.pem`,
// the authority of client certificates, and `self-signed.pem`, the certificate of the client `self-signed`. The client `by-ca`
// has certificates of that authority with the subject `CN=by-ca`, and `bound` a secret and bound tokens. `--tls-version` is the
// only version that is spoken.

import { createPublicKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import Ajv from 'ajv/dist/2020.js';
import Provider, { errors, interactionPolicy } from 'oidc-provider';

// The server wants it, and an early Node 20 lacks it.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);

const { values: options } = parseArgs({
  options: {
    auto: { type: 'boolean', default: false },
    'access-token-seconds': { type: 'string', default: '60' },
    'client-key': { type: 'string' },
    rar: { type: 'boolean', default: false },
    'dpop-nonce': { type: 'boolean', default: false },
    registration: { type: 'boolean', default: false },
    'initial-access-token': { type: 'string' },
    tls: { type: 'string' },
    'tls-version': { type: 'string' },
  },
});

const USER = 'alex';
// Any port of these is allowed: RFC 8252 section 7.3.
const REDIRECT_URIS = ['127.0.0.1', 'localhost'].flatMap((host) => ['', '/', '/callback'].map((path) => `http://${host}${path}`));

function client(client_id, token_endpoint_auth_method, secret = {}) {
  return {
    client_id,
    client_name: client_id,
    token_endpoint_auth_method,
    ...secret,
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    redirect_uris: REDIRECT_URIS,
  };
}

/** A client that may also act for itself. */
function robot(...registration) {
  const person = client(...registration);
  return { ...person, grant_types: [...person.grant_types, 'client_credentials'] };
}

/** The client of the FAPI 2.0 Security Profile: what the server does not require by its profile is required of the client. */
function fapiClient() {
  return {
    ...client('fapi', 'private_key_jwt', { jwks: { keys: [publicJwk(options['client-key'])] } }),
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'PS256',
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: true,
  };
}

/** The same under FAPI 2.0 Message Signing. */
function fapiSignedClient() {
  const signing = { require_signed_request_object: true, request_object_signing_alg: 'ES256', authorization_signed_response_alg: 'PS256' };
  return { ...fapiClient(), client_id: 'fapi-signed', ...signing };
}

/** The client that must sign its authorization requests. */
function signingClient() {
  const key = publicJwk(options['client-key']);
  return { ...client('jar', 'client_secret_basic', { client_secret: 'secret', jwks: { keys: [key] } }), require_signed_request_object: true };
}

/** The server's keys. Its own sign by RS256 only, which FAPI forbids, and decrypt nothing. */
function serverKeys() {
  const made = (kind, kindOptions, use) => ({ ...generateKeyPairSync(kind, kindOptions).privateKey.export({ format: 'jwk' }), ...use });
  const rsa = { modulusLength: 2048 };
  return [made('rsa', rsa, {}), made('rsa', rsa, { use: 'enc' }), made('ec', { namedCurve: 'P-256' }, { use: 'enc' })];
}

/** The client whose signed responses are encrypted; to an RSA key by this algorithm. */
function encryptedClient(name, byRsa) {
  const key = publicJwk(options['client-key']);
  const encryption = key.kty === 'EC'
    ? { authorization_encrypted_response_alg: 'ECDH-ES+A256KW', authorization_encrypted_response_enc: 'A256GCM', id_token_encrypted_response_alg: 'ECDH-ES', id_token_encrypted_response_enc: 'A256GCM', userinfo_encrypted_response_alg: 'ECDH-ES', userinfo_signed_response_alg: 'RS256' }
    : { authorization_encrypted_response_alg: byRsa, id_token_encrypted_response_alg: byRsa, userinfo_encrypted_response_alg: byRsa, userinfo_signed_response_alg: 'PS256' };
  return { ...client(name, 'client_secret_basic', { client_secret: 'secret', jwks: { keys: [key] } }), ...encryption };
}

function publicJwk(file) {
  return createPublicKey(readFileSync(file)).export({ format: 'jwk' });
}

const BOUND = { tls_client_certificate_bound_access_tokens: true };

/** The clients of mutual TLS. */
function tlsClients() {
  const certificate = new X509Certificate(readFileSync(join(options.tls, 'self-signed.pem')));
  const jwk = { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] };
  return [
    { ...robot('by-ca', 'tls_client_auth', { tls_client_auth_subject_dn: 'CN=by-ca' }), ...BOUND },
    { ...robot('self-signed', 'self_signed_tls_client_auth', { jwks: { keys: [jwk] } }), ...BOUND },
    { ...robot('bound', 'client_secret_basic', { client_secret: 'secret' }), ...BOUND },
  ];
}

/** The certificate that the client of this request shows. */
const peerOf = (ctx) => ctx.socket.getPeerX509Certificate?.();

const mTLS = {
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: peerOf,
  certificateAuthorized: (ctx) => ctx.socket.authorized,
  certificateSubjectMatches: (ctx, property, expected) => property === 'tls_client_auth_subject_dn' && peerOf(ctx).subject === expected,
};

/** Other APIs (RFC 8707), whose access tokens are JWTs. */
const APIS = ['https://api.example.com', 'https://other.example.com'];
const resourceIndicators = {
  enabled: true,
  defaultResource: () => undefined,
  getResourceServerInfo: (_ctx, resource) => {
    if (!APIS.includes(resource)) throw new errors.InvalidTarget('there is no such API');
    return { scope: 'read', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
  },
};

/** The kind of authentication that the API wants. */
const STRONG = 'urn:example:strong';

/** What is granted of the details that were asked for. */
function granted(details) {
  const allowed = JSON.parse(details ?? '[]').filter(({ type }) => type !== 'transfer');
  return allowed.map((detail) => (detail.type === 'payment' ? { ...detail, reference: 'r-1' } : detail));
}

/** What a token request asks for of what was granted; all of it if it does not say (RFC 9396 section 6). */
function narrowed(details, asked) {
  if (!asked) return details;
  const types = JSON.parse(asked).map(({ type }) => type);
  if (types.some((type) => !details.some((detail) => detail.type === type))) {
    throw new errors.InvalidAuthorizationDetails('the token request asks for more than was granted');
  }
  return details.filter(({ type }) => types.includes(type));
}

/** What an order must be like; it is published at an address of its own. */
const orderSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['type', 'lines'],
  properties: {
    type: { const: 'order' },
    lines: { type: 'array', minItems: 1, items: { $ref: '#/$defs/line' } },
    express: { type: 'boolean' },
    weight: { oneOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'string', pattern: '^[0-9]+ ?kg$' }] },
  },
  dependentRequired: { express: ['weight'] },
  unevaluatedProperties: false,
  $defs: {
    line: {
      type: 'object',
      required: ['article', 'count'],
      properties: { article: { type: 'string', minLength: 3 }, count: { type: 'integer', minimum: 1, maximum: 99 } },
      additionalProperties: false,
    },
  },
};
const order = new Ajv.default().compile(orderSchema);

/** Answers for the types of authorization details, and for the schema. */
async function describeTypes(ctx, next) {
  if (ctx.path === '/detail-types') {
    ctx.body = { order: { description: 'An order of goods', schema_uri: `${issuer}/order.json` }, account: { schema: true } };
  } else if (ctx.path === '/order.json') {
    ctx.body = orderSchema;
  } else {
    await next();
  }
}

const rar = {
  resourceIndicators: { ...resourceIndicators, defaultResource: () => APIS[0], useGrantedResource: () => true },
  richAuthorizationRequests: {
    enabled: true,
    types: {
      account: { validate() {} },
      transfer: { validate() {} },
      order: {
        validate(_ctx, detail) {
          if (!order(detail)) throw new errors.InvalidAuthorizationDetails('the order does not match its schema');
        },
      },
      payment: {
        validate(_ctx, { amount }) {
          if (!amount) throw new errors.InvalidAuthorizationDetails('a payment needs an amount');
        },
      },
    },
    authorizationDetailsForGrantSource: (ctx) => granted(ctx.oidc.params.authorization_details),
    authorizationDetailsForAccessToken: (ctx, _token, source) => narrowed(source.rar, ctx.oidc.params.authorization_details),
    authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
  },
};

const configuration = {
  ...(options.rar && { clientDefaults: { authorization_details_types: Object.keys(rar.richAuthorizationRequests.types) } }),
  clients: options.tls ? tlsClients() : [
    client('confidential-basic', 'client_secret_basic', { client_secret: 'secret' }),
    client('confidential-post', 'client_secret_post', { client_secret: 'secret' }),
    client('public-native', 'none'),
    { ...client('signed-userinfo', 'client_secret_basic', { client_secret: 'secret' }), userinfo_signed_response_alg: 'RS256' },
    { ...client('must-push', 'client_secret_basic', { client_secret: 'secret' }), require_pushed_authorization_requests: true },
    { ...client('bound-public', 'none'), dpop_bound_access_tokens: true },
    { ...robot('bound-confidential', 'client_secret_basic', { client_secret: 'secret' }), dpop_bound_access_tokens: true },
    robot('with-secret-jwt', 'client_secret_jwt', { client_secret: 'a secret of more than 32 characters, as HS256 wants it' }),
    ...(options['client-key'] ? [robot('with-key', 'private_key_jwt', { jwks: { keys: [publicJwk(options['client-key'])] } }), fapiClient(), fapiSignedClient(), signingClient(), encryptedClient('encrypted', 'RSA-OAEP-256'), encryptedClient('encrypted-sha1', 'RSA-OAEP')] : []),
  ],
  ...(options.tls && {
    clientAuthMethods: ['client_secret_basic', 'tls_client_auth', 'self_signed_tls_client_auth', 'none'],
  }),
  ...(options['client-key'] && { jwks: { keys: serverKeys() } }),
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  acrValues: [STRONG, 'urn:example:weak'],
  claims: { openid: ['sub', 'acr', 'auth_time'], profile: ['name'], email: ['email', 'email_verified'] },
  findAccount: (_ctx, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, name: 'Alex Example', email: 'alex@example.com', email_verified: true }),
  }),
  enabledJWA: {
    dPoPSigningAlgValues: ['ES256', 'ES384', 'PS256', 'EdDSA'],
    authorizationSigningAlgValues: ['RS256', 'PS256'],
    requestObjectEncryptionAlgValues: ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW', 'RSA-OAEP', 'RSA-OAEP-256'],
    requestObjectEncryptionEncValues: ['A128GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512'],
    authorizationEncryptionAlgValues: ['ECDH-ES+A256KW', 'RSA-OAEP-256', 'RSA-OAEP'],
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_ctx, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
  ttl: {
    AccessToken: Number(options['access-token-seconds']),
    ClientCredentials: Number(options['access-token-seconds']),
    AuthorizationCode: 60,
    DeviceCode: 120,
    Grant: 3600,
    IdToken: 300,
    Interaction: 300,
    RefreshToken: 1800,
    Session: 3600,
  },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    encryption: { enabled: true },
    jwtResponseModes: { enabled: true },
    jwtUserinfo: { enabled: true },
    requestObjects: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => options['dpop-nonce'] },
    fapi: { enabled: true, profile: (_ctx, client) => (client?.clientId.startsWith('fapi') ? '2.0' : undefined) },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators,
    ...(options.tls && { mTLS }),
    ...(options.rar && rar),
    ...(options.registration && {
      registration: { enabled: true, initialAccessToken: options['initial-access-token'] ?? false },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    }),
  },
  ...(options.auto && { interactions: { policy: askNothing() }, loadExistingGrant: grantEverything }),
};

/** The server's own policy, less what would show a page: a wish to be asked, and RFC 8252 section 8.6. */
function askNothing() {
  const policy = interactionPolicy.base();
  policy.get('login').checks.remove('login_prompt');
  policy.get('consent').checks.remove('consent_prompt');
  policy.get('consent').checks.remove('native_client_prompt');
  policy.get('consent').checks.remove('rar_prompt');
  return policy;
}

/** What the consent page would have led to. */
async function grantEverything(ctx) {
  const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
  grant.addOIDCScope(configuration.scopes.join(' '));
  for (const api of APIS) grant.addResourceScope(api, 'read');
  await grant.save(configuration.ttl.Grant);
  return grant;
}

/** Gives a request to the authorization endpoint a signed-in session. */
async function signInFirst(ctx, next) {
  if (ctx.path === '/auth') {
    const session = new provider.Session();
    const asked = (ctx.query.acr_values ?? '').split(' ').find((acr) => configuration.acrValues.includes(acr));
    session.loginAccount({ accountId: USER, acr: asked ?? 'urn:example:weak' });
    await session.save(configuration.ttl.Session);
    ctx.req.headers.cookie = `${provider.cookieName('session')}=${session.id}`;
  }
  await next();
}

/** The API: a small resource server beside the provider. */
async function stepUpApi(ctx, next) {
  if (ctx.path !== '/step-up') return next();
  const found = await provider.AccessToken.find((ctx.get('authorization') ?? '').replace(/^Bearer /, ''));
  const session = found && (await provider.Session.findByUid(found.sessionUid));
  const isRecent = session && Date.now() / 1000 - session.loginTs < 300;
  ctx.status = 401;
  if (!session) {
    ctx.set('www-authenticate', 'Negotiate abc==, Bearer error="invalid_token"');
  } else if (session.acr !== STRONG || !isRecent) {
    ctx.set('www-authenticate', `Negotiate abc==, Bearer error="insufficient_user_authentication", acr_values="${STRONG}", max_age="300"`);
  } else {
    ctx.status = 200;
    ctx.body = { acr: session.acr };
  }
}

/** The port of a server that listens on loopback. */
async function listen(server) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server.address().port;
}

function tlsServer(more) {
  const file = (name) => readFileSync(join(options.tls, name));
  const version = options['tls-version'];
  const versions = version && { minVersion: version, maxVersion: version };
  return createTlsServer({ cert: file('server.pem'), key: file('server.key'), ca: file('ca.pem'), ...versions, ...more });
}

// The issuer holds the port, so the socket comes first.
const servers = options.tls ? [tlsServer(), tlsServer({ requestCert: true, rejectUnauthorized: false })] : [createServer()];
const [port, mtlsPort] = await Promise.all(servers.map(listen));
const issuer = options.tls ? `https://127.0.0.1:${port}` : `http://127.0.0.1:${port}`;
if (options.rar) configuration.discovery = { authorization_details_types_metadata_endpoint: `${issuer}/detail-types` };
if (options.tls) {
  const paths = {
    token: '/token',
    revocation: '/token/revocation',
    introspection: '/token/introspection',
    userinfo: '/me',
    device_authorization: '/device/auth',
    pushed_authorization_request: '/request',
  };
  const aliases = Object.entries(paths).map(([name, path]) => [`${name}_endpoint`, `https://127.0.0.1:${mtlsPort}${path}`]);
  configuration.discovery = { mtls_endpoint_aliases: Object.fromEntries(aliases) };
}
const provider = new Provider(issuer, configuration);
if (options.auto) provider.use(signInFirst);
provider.use(stepUpApi);
if (options.rar) provider.use(describeTypes);
for (const server of servers) server.on('request', provider.callback());
// What the replies leave out: why a request was refused, and what went wrong inside.
for (const event of ['authorization.error', 'pushed_authorization_request.error', 'grant.error', 'revocation.error', 'introspection.error', 'server_error']) {
  provider.on(event, (_ctx, error) => process.stderr.write(`${event}: ${error.error_detail ?? error.stack}\n`));
}

process.stdin.resume().on('end', () => process.exit(0)).on('error', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ listening: port, issuer, mtls: mtlsPort })}\n`);

// Verifies a signed token with jose: `node verify_token.mjs ALGORITHM KEY TOKEN`, where KEY is a file with a public key in
// PEM, or a shared key in hex. Prints header and claims as JSON.
import { readFileSync } from 'node:fs';
import { importSPKI, jwtVerify } from 'jose';

const [algorithm, key, token] = process.argv.slice(2);
const known = algorithm.startsWith('HS') ? Buffer.from(key, 'hex') : await importSPKI(readFileSync(key, 'utf8'), algorithm);
const { payload, protectedHeader } = await jwtVerify(token, known, { algorithms: [algorithm] });
console.log(JSON.stringify({ header: protectedHeader, claims: payload }));

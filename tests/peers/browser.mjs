// A browser that follows a plan, and tells what it saw.
//
// node browser.mjs [--plan FILE] [--result FILE] [URL]
//
// The plan is JSON, from the file or standard input; a URL on the command line is opened first, so that this command can
// stand in for a person's browser. Prints (or writes) one JSON object:
//   {"ok": true, "url", "title", "text", "html", "requests": [every URL asked for], "errors": [what the page complained of]}
// or, where a step failed, "ok": false with "step" (its number from 1) and "error". Only this machine is reachable.
//
// {"width": 1000, "height": 800, "dark": false, "any_certificate": false, "timeout_ms": 20000, "steps": [
//   {"goto": URL} | {"fill": LABEL OR PLACEHOLDER, "text": TEXT} | {"click": NAME OF A BUTTON OR LINK} |
//   {"tick": LABEL} | {"wait": TEXT} | {"wait_url": START OF THE ADDRESS} | {"screenshot": FILE} ]}

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { chromium } from 'playwright-core';

const { values: options, positionals } = parseArgs({
  options: { plan: { type: 'string' }, result: { type: 'string' } },
  allowPositionals: true,
});
const plan = JSON.parse(readFileSync(options.plan ?? 0, 'utf8'));
const steps = [...positionals.map((url) => ({ goto: url })), ...(plan.steps ?? [])];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    // Chromium refuses to start as root inside its sandbox.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-background-networking',
    '--no-proxy-server',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
  ],
});

const requests = [];
const errors = [];
let page;
let report;
let number = 0;
try {
  const context = await browser.newContext({
    viewport: { width: plan.width ?? 1000, height: plan.height ?? 800 },
    colorScheme: plan.dark ? 'dark' : 'light',
  });
  context.setDefaultTimeout(plan.timeout_ms ?? 20_000);
  context.on('request', (request) => requests.push(request.url()));
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  for (const step of steps) {
    number += 1;
    await take(step);
  }
  report = { ok: true, ...(await seen()) };
} catch (error) {
  report = { ok: false, step: number, error: error.message, ...(await seen().catch(() => ({}))) };
} finally {
  await browser.close();
}

const json = `${JSON.stringify(report)}\n`;
if (options.result) writeFileSync(options.result, json);
else process.stdout.write(json);
process.exitCode = report.ok ? 0 : 1;

async function take(step) {
  if ('goto' in step) await page.goto(step.goto, { waitUntil: 'load' });
  else if ('fill' in step) await page.getByLabel(step.fill).or(page.getByPlaceholder(step.fill)).first().fill(step.text);
  else if ('click' in step) await named(step.click).first().click();
  else if ('wait' in step) await page.getByText(step.wait).first().waitFor();
  else throw new Error(`unknown step ${JSON.stringify(step)}`);
}

function named(name) {
  return page.getByRole('button', { name }).or(page.getByRole('link', { name }));
}

async function seen() {
  await page.waitForLoadState('load');
  const text = await page.locator('body').innerText();
  return { url: page.url(), title: await page.title(), text, html: await page.content(), requests, errors };
}

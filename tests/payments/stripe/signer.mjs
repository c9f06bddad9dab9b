// npm `stripe` as a second opinion. One JSON request a line on stdin, one JSON answer a line on stdout:
// {sign: {payload, secret, timestamp?}} → {header}; {verify: {payload, header, secret}} → {id} or {refused}.
// Payloads are base64 of the bytes that go over the wire.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/package.json`);
const Stripe = require("stripe");
const stripe = new Stripe("sk_test_unused");

for await (const line of createInterface({ input: process.stdin })) {
  const { sign, verify } = JSON.parse(line);
  let answer;
  if (sign) {
    const { payload, ...more } = sign;
    answer = {
      header: stripe.webhooks.generateTestHeaderString({ payload: Buffer.from(payload, "base64").toString(), ...more }),
    };
  } else {
    try {
      answer = {
        id: stripe.webhooks.constructEvent(Buffer.from(verify.payload, "base64"), verify.header, verify.secret).id,
      };
    } catch (error) {
      answer = { refused: error.type ?? error.name };
    }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

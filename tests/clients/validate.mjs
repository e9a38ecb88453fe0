// Reads an OpenAPI document from standard input, and says what the specification's own schema finds wrong with it.
import { Validator } from "@seriousme/openapi-schema-validator";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

const validator = new Validator();
const result = await validator.validate(JSON.parse(Buffer.concat(chunks).toString()));
console.log(result.valid ? `valid ${validator.version}` : JSON.stringify(result.errors, null, 1).slice(0, 4000));

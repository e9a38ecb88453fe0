#!/usr/bin/env bash
# @stoplight/spectral-cli 6.16.3 (npm), ruleset spectral:oas: in OpenAPI 3.1 the examples of a schema are not checked.
#
# The rule oas3-valid-schema-example compares a schema's `example` with it, and takes no notice of `examples`, the list that OpenAPI 3.1 has
# in its place (3.1.0 marks `example` as deprecated). A document that is moved from 3.0 to 3.1 and from the one word to the other passes
# with examples that its own schemas refuse. Examples of parameters and bodies, which are objects with a value, are checked.
#
# The documentation says of the rule that examples must be valid against their defined schema, and knows no exception.
#
# Seen (node 20), findings of the two rules about examples for "many" as an integer:
#   example of a schema: 1
#   examples of a schema: 0
#   examples of a body: 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @stoplight/spectral-cli@6.16.3
echo 'extends: ["spectral:oas"]' >.spectral.yaml
document() { # SCHEMA, MEMBERS OF THE BODY
  cat <<EOF2
{ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": { "/count": { "get": { "responses": { "200": {
  "description": "OK", "content": { "application/json": { "schema": { "type": "integer"$1 }$2 } } } } } } } }
EOF2
}
document ', "example": "many"' '' >example.json
document ', "examples": ["many"]' '' >examples.json
document '' ', "examples": { "one": { "value": "many" } }' >body.json
count() {
  npx spectral lint "$1" --ruleset .spectral.yaml --format json --quiet >found.json || true
  node -p 'JSON.parse(require("fs").readFileSync("found.json", "utf8")).filter(one => /^oas3-valid-.*-example$/.test(one.code)).length'
}
{
  echo "example of a schema: $(count example.json)"
  echo "examples of a schema: $(count examples.json)"
  echo "examples of a body: $(count body.json)"
} | tee seen
diff seen - <<'EOF2'
example of a schema: 1
examples of a schema: 0
examples of a body: 1
EOF2

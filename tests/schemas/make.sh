#!/usr/bin/env bash
# Generates slack.json and discord.json, JSON Schemas of what the platforms take, from the types that they are described
# by on npm: @slack/types and discord-api-types, both MIT, pinned in package-lock.json. Run by `make schemas`; needs npm.
# Descriptions are left out: the schemas are here for their shapes. --no-type-check because of the globals that
# discord-api-types takes for granted.
set -euo pipefail
cd "$(dirname "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp package.json package-lock.json tsconfig.json ./*.ts "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved >/dev/null)
generate() {  # a platform and one of its exported types
  (cd "$work" && npx --no-install ts-json-schema-generator --path "$1.ts" --type "$2" --expose export \
    --no-type-check --jsDoc none --minify --tsconfig tsconfig.json --out "$1.$2.json")
}
for platform in slack discord; do
  for type in $(sed -nE 's/^export (type|interface) ([A-Za-z]+).*/\2/p' "$platform.ts"); do
    generate "$platform" "$type"
  done
  "${PYTHON:-python3}" tidy.py "$platform.json" "$work/$platform".*.json
done

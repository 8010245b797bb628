#!/usr/bin/env bash
# Checks a project in CI: annotations on stdout, reports for the steps that follow. Run by action.yml.
#
# In:  SPANGUARD_PATHS, SPANGUARD_VERSION, SPANGUARD_MIN_COVERAGE, SPANGUARD_BASELINE, SPANGUARD_CHANGED (true or false),
#      SPANGUARD_COMMAND (instead of npx), SPANGUARD_OUT (where the reports go)
# Out: spanguard.{sarif,html,md} and comment.md in SPANGUARD_OUT, named in GITHUB_OUTPUT; the summary of the job. Findings do
#      not end the script: the exit code is an output, so that reports are uploaded first.
set -euo pipefail

out=${SPANGUARD_OUT:-${RUNNER_TEMP:-/tmp}/spanguard}
mkdir -p "$out"
rm -f "$out"/spanguard.*

# A package of a workspace has its commands at the workspace's root.
installed=$PWD
until [ "$installed" = / ] || [ -x "$installed/node_modules/.bin/spanguard" ]; do installed=$(dirname "$installed"); done

if [ -n "${SPANGUARD_COMMAND:-}" ]; then
  read -ra spanguard <<<"$SPANGUARD_COMMAND"
elif [ -x "$installed/node_modules/.bin/spanguard" ]; then
  spanguard=("$installed/node_modules/.bin/spanguard")
else
  spanguard=(npx --yes --package "eslint-plugin-spanguard@${SPANGUARD_VERSION:-latest}" spanguard)
fi

read -ra paths <<<"${SPANGUARD_PATHS:-.}"
options=()
[ -z "${SPANGUARD_MIN_COVERAGE:-}" ] || options+=("--min-coverage=$SPANGUARD_MIN_COVERAGE")
[ -z "${SPANGUARD_BASELINE:-}" ] || options+=("--baseline=$SPANGUARD_BASELINE")
base=''
if [ -n "${GITHUB_BASE_REF:-}" ]; then base="origin/$GITHUB_BASE_REF"; fi
if [ -n "${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}" ]; then base=$CI_MERGE_REQUEST_DIFF_BASE_SHA; fi
[ "${SPANGUARD_CHANGED:-false}" != true ] || options+=("--changed${base:+=$base}")

code=0
"${spanguard[@]}" check "${paths[@]}" ${options[@]+"${options[@]}"} --format github \
  --report "markdown=$out/spanguard.md" --report "sarif=$out/spanguard.sarif" --report "html=$out/spanguard.html" || code=$?

{
  echo '<!-- spanguard -->'
  if [ -s "$out/spanguard.md" ]; then cat "$out/spanguard.md"; else echo 'Spanguard could not check this: the log of the job says why.'; fi
  if [ -n "$base" ] && [ "$code" -lt 2 ]; then
    echo
    "${spanguard[@]}" inventory "${paths[@]}" --diff "$base" || echo "The telemetry could not be compared with \`$base\`: check out with \`fetch-depth: 0\`."
  fi
} >"$out/comment.md"

[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "exit-code=$code"
    echo "comment=$out/comment.md"
    [ ! -s "$out/spanguard.sarif" ] || echo "sarif=$out/spanguard.sarif"
    [ ! -s "$out/spanguard.html" ] || echo "report=$out/spanguard.html"
  } >>"$GITHUB_OUTPUT"
else
  exit "$code"
fi

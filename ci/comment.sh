#!/usr/bin/env bash
# Keeps one comment on a pull request: written the first time, updated in place after that. It is found by its hidden mark.
#
# In: PULL_REQUEST, SPANGUARD_COMMENT (the file), GITHUB_REPOSITORY, GH_TOKEN
set -euo pipefail

mark='<!-- spanguard -->'
# GitHub takes 65,536 characters; what is cut stands in the job's summary.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
if [ "$(wc -m <"$SPANGUARD_COMMENT")" -gt 65000 ]; then
  { head -c 60000 "$SPANGUARD_COMMENT" | iconv -c -f utf-8 -t utf-8; printf '\n\nCut here: the summary of the job has the rest.\n'; } >"$body"
else
  cp "$SPANGUARD_COMMENT" "$body"
fi

known=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1)
if [ -n "$known" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" --field "body=@$body" >/dev/null
  echo "updated comment $known"
else
  gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" --field "body=@$body" >/dev/null
  echo 'wrote the comment'
fi

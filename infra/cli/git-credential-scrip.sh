#!/bin/sh
# A git credential helper (https://git-scm.com/docs/gitcredentials) that gets its token from Scrip. It needs curl.
#
#   SCRIP_URL           where Scrip is, such as https://tokens.example.com
#   SCRIP_OIDC_TOKEN    the job's OIDC JWT; or, for jobs that outlive it,
#   SCRIP_OIDC_COMMAND  a command that prints one
#   SCRIP_PROFILE       the profile; the default one unless set
#   SCRIP_ORGANIZATION  1 for an organization profile
set -eu

# git also says `store` and `erase`: there is nothing to keep, and Scrip forgets by itself.
[ "${1:-}" = get ] || exit 0

# Git asks the next helper after a failure, as it does after an answer without a password.
fail() {
  echo "git-credential-scrip: $1" >&2
  exit 1
}

# What Scrip has to know, and nothing more: git may tell a later helper secrets that an earlier one gave it.
request=$(grep -E '^(protocol|host|path)=.') || :
printf '%s\n' "$request" | grep -q '^path=' ||
  fail 'git does not say which repository it wants: set credential.useHttpPath to true'

url=${SCRIP_URL:-}
case $url in
  '' | *[!A-Za-z0-9.:/_-]*) fail 'SCRIP_URL has to say where Scrip is' ;;
  https://* | http://127.0.0.1:* | http://localhost:*) ;;
  *) fail 'SCRIP_URL has to be https: what is sent and answered are credentials' ;;
esac
profile=${SCRIP_PROFILE:-default}
case $profile in
  *[!A-Za-z0-9._-]*) fail 'SCRIP_PROFILE takes letters, digits, dots, hyphens and underscores' ;;
esac

if [ -n "${SCRIP_OIDC_COMMAND:-}" ]; then
  jwt=$(sh -c "$SCRIP_OIDC_COMMAND") || fail 'SCRIP_OIDC_COMMAND failed'
else
  jwt=${SCRIP_OIDC_TOKEN:-}
fi
case $jwt in
  '' | *[!A-Za-z0-9._-]*) fail 'neither SCRIP_OIDC_TOKEN nor SCRIP_OIDC_COMMAND gives a JWT' ;;
esac

[ "${SCRIP_ORGANIZATION:-}" = 1 ] && kind=/organization || kind=
# The JWT goes in by standard input, since everybody on the machine can read arguments. A second try gets the same
# token from Scrip's cache, so that it costs nothing.
answer=$(
  printf 'header = "Authorization: Bearer %s"\n' "$jwt" |
    curl --disable --config - --silent --show-error --fail --max-time 30 --retry 1 \
      --header 'Content-Type: text/plain' --data-raw "$request
" "${url%/}$kind/git-credentials/$profile"
) || fail 'Scrip gave no token; its audit log tells why'
# No answer means: not my repository, ask the next helper.
[ -z "$answer" ] || printf '%s\n\n' "$answer"

# shellcheck shell=sh
# What a shop needs of the gateway: requests that end in time, are sent again, and fail in one way. For `.` in a script.
# Needs curl and jq. Reads GATEWAY_URL and GATEWAY_API_KEY; keeps what is sent and answered in the folder $work.
# The arguments of a program can be seen by others. So the API key and what is told of customers go by standard input.

tries=3
seconds_a_try=10
longest_wait=60

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# get PATH
get() {
  send "$1" ''
}

# post PATH BODY IDEMPOTENCY_KEY: under the same key, the same request is done once, however often it is sent.
post() {
  printf '%s' "$2" >"$work/body"
  send "$1" "$3" --data-binary "@$work/body"
}

# query DOCUMENT VARIABLES
query() {
  mutate "$1" "$2" ''
}

# mutate DOCUMENT VARIABLES IDEMPOTENCY_KEY
mutate() {
  post /graphql "$(printf '%s' "$2" | jq --arg query "$1" '{query: $query, variables: .}')" "$3"
}

# answer FILTER: a part of the last answer, as jq names it. Only what is named is read: more may come at any time.
answer() {
  jq -r "$1" "$work/answer"
}

# header NAME: a header of the last answer, its name in lower case.
header() {
  tr -d '\r' <"$work/headers" | awk -F ': *' -v name="$1" 'tolower($1) == name { print $2 }'
}

# send PATH IDEMPOTENCY_KEY OPTION...: succeeds when the answer is good; else $code, $status and $message tell why.
# Decide by $code, and by $status where you do not know the code. Two codes are of this file: NO_ANSWER, with status 0, and
# UNEXPECTED_ANSWER, which something else on the way gave.
send() {
  path=$1
  key=$2
  shift 2
  try=1
  while :; do
    rm -f "$work/answer"
    # An answer that was cut has a status too, so that the one of curl decides.
    status=$(headers | curl --silent --max-time "$seconds_a_try" --header @- "$@" \
      --dump-header "$work/headers" --output "$work/answer" --write-out '%{http_code}' "$GATEWAY_URL$path") || status=0
    # GraphQL answers 200 where an operation fails; the status that REST would have is in the error.
    if [ "$status" = 200 ]; then
      status=$(jq -r '(.errors[0].extensions.status)? // empty' "$work/answer" 2>/dev/null) || status=
      status=${status:-200}
    fi
    if [ "$try" -eq "$tries" ] || ! wait=$(seconds_to_wait); then break; fi
    failed="try $try of $tries: $([ "$status" = 0 ] && echo 'no answer' || echo "$status")"
    # A number that is too large for the shell to compare is too large here too.
    if ! [ "$wait" -le "$longest_wait" ] 2>/dev/null; then
      echo "$failed, given up: told to wait $wait s" >&2
      break
    fi
    echo "$failed, again in $wait s" >&2
    sleep "$wait"
    try=$((try + 1))
  done
  judge
}

# On standard input of curl, since URLs stand in logs too.
headers() {
  printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$GATEWAY_API_KEY"
  if [ -n "$key" ]; then printf 'Idempotency-Key: %s\n' "$key"; fi
}

# How long to wait before the next try; fails where the answer is final.
seconds_to_wait() {
  told=
  if [ "$status" != 0 ]; then told=$(header retry-after); fi
  case "$status" in
    0 | 429 | 500 | 502 | 503 | 504) ;;
    # Without the header this is a conflict that stays; with it, the first request with this key still runs.
    409) [ -n "$told" ] || return 1 ;;
    *) return 1 ;;
  esac
  case "$told" in
    '' | *[!0-9]*) echo "$try" ;;
    *) echo "$told" ;;
  esac
}

# Whether the last answer is good.
judge() {
  code=NO_ANSWER
  message='no answer came'
  problem='{}'
  [ "$status" != 0 ] || return 1
  code=UNEXPECTED_ANSWER
  message='not an answer of the gateway'
  # What is no JSON object came from a proxy on the way, or there is no gateway at all.
  problem=$(jq -ce 'objects | (.error | objects) // (.errors[0] | objects | {message} + .extensions) // {}' \
    "$work/answer" 2>/dev/null) || problem=
  if [ -z "$problem" ]; then
    problem='{}'
    return 1
  fi
  if [ "$problem" = '{}' ]; then
    [ "$status" = 200 ]
    return
  fi
  code=$(part code "$code")
  message=$(part message "$message")
  return 1
}

# part NAME INSTEAD: a member of $problem, or what stands in its place.
part() {
  printf '%s' "$problem" | jq -r --arg name "$1" --arg instead "$2" '.[$name] // $instead'
}

#!/bin/sh
# Prints a cart as it changes, with curl: sh follow.sh http://localhost:8080/cart/byid/my-cart
last=$(mktemp)
trap 'rm -f "$last"' EXIT
trap 'exit 1' INT TERM
while :; do
  curl --silent --show-error --fail --no-buffer ${id:+--header "Last-Event-ID: $id"} "$1/events" |
    while IFS= read -r line; do
      case $line in
      id:*) id=${line#id: } ;;
      event:*) event=${line#event: } ;;
      data:*) printf '%s %s\n' "$event" "${line#data: }" && echo "$id" > "$last" ;;
      esac
    done
  id=$(cat "$last")
  sleep 1
done

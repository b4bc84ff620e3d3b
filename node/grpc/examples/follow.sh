#!/bin/sh
# Prints a cart as it changes, with grpcurl: sh follow.sh localhost:1337 my-cart
last=$(mktemp)
trap 'rm -f "$last"' EXIT
trap 'exit 1' INT TERM
while :; do
  after=$(cat "$last")
  grpcurl -plaintext -keepalive-time 30 -d "{\"cart_id\":\"$2\"${after:+,\"after_version\":$after}}" "$1" messages.CartActor/WatchState |
    while IFS= read -r line; do
      printf '%s\n' "$line"
      case $line in
      '  "version": "'*) version=${line#*: \"} ;;
      '}') echo "${version%%\"*}" > "$last" ;;
      esac
    done
  sleep 1
done

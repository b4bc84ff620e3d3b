# On what our own images are built on, so that the bulk of these is on each machine before they come.
ARG BASE
ARG NETWORK
FROM ${NETWORK} AS network
FROM ${BASE}
COPY --from=network / /
COPY agent/ /agent/
ENTRYPOINT ["node", "/agent/main.ts"]

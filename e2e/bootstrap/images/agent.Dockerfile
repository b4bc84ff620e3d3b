ARG NETWORK
FROM ${NETWORK}
COPY node /usr/local/bin/
COPY agent/ /agent/
ENTRYPOINT ["node", "/agent/main.ts"]

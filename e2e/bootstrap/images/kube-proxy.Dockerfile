ARG NETWORK
FROM ${NETWORK}
COPY kube-proxy /usr/local/bin/

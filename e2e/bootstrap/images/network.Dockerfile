# What programs that arrange a machine's network need: kube-proxy and the node agent.
ARG DEBIAN
FROM ${DEBIAN}
RUN apt-get update \
    && apt-get install -y --no-install-recommends conntrack iproute2 iptables kmod nftables \
    && rm -rf /var/lib/apt/lists/*

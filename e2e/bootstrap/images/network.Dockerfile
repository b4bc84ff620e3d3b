# What programs that arrange a machine's network need: kube-proxy and the node agent. Just the programs and their libraries, since each machine unpacks them.
ARG DEBIAN
FROM ${DEBIAN} AS debian
RUN apt-get update \
    && apt-get install -y --no-install-recommends conntrack iproute2 iptables kmod nftables \
    && rm -rf /var/lib/apt/lists/*
COPY libraries.sh /
# iptables opens its extensions by itself: no program names them as its libraries.
RUN set -eu; \
    mkdir -p /network/usr/local/bin; \
    for program in conntrack ip modprobe nft iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do \
        path=$(command -v $program); \
        sh /libraries.sh "$path" /network; \
        cp -L "$path" /network/usr/local/bin/; \
    done; \
    dpkg -L iptables libxtables12 | grep '/xtables/.*\.so$' | while read -r extension; do \
        sh /libraries.sh "$extension" /network; \
        mkdir -p "/network$(dirname "$extension")"; \
        cp -P "$extension" "/network$extension"; \
    done
FROM scratch
COPY --from=debian /network/ /
ENV PATH=/usr/local/bin

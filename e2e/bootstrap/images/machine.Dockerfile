# A machine for kind: systemd, containerd, and kind's own files as its module has them. The differences to kind's image are those of Debian's packages, and what a
# machine without CAP_SYS_RESOURCE refuses: to raise limits, and to lower a process' OOM score.
ARG DEBIAN
FROM ${DEBIAN}
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        systemd systemd-sysv dbus \
        conntrack ethtool iproute2 iptables kmod mount nftables util-linux \
        ca-certificates curl jq libseccomp2 pigz procps socat \
        containerd containernetworking-plugins runc \
    && rm -rf /var/lib/apt/lists/* \
    && rm -f /lib/systemd/system/multi-user.target.wants/* \
        /etc/systemd/system/*.wants/* \
        /lib/systemd/system/local-fs.target.wants/* \
        /lib/systemd/system/sockets.target.wants/*udev* \
        /lib/systemd/system/sockets.target.wants/*initctl* \
        /lib/systemd/system/basic.target.wants/* \
        /lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service \
    && echo 'ReadKMsg=no' >> /etc/systemd/journald.conf \
    && mkdir -p /opt/cni/bin /etc/kubernetes/manifests \
    && cp /usr/lib/cni/host-local /usr/lib/cni/loopback /usr/lib/cni/portmap /usr/lib/cni/ptp /opt/cni/bin/
COPY kind/ /
COPY writable-cgroups /usr/local/bin/
RUN chmod -R u=rwX,go=rX /kind /etc/containerd /etc/sysctl.d /etc/systemd \
    && chmod 755 /kind/bin/* /usr/local/bin/* \
    && sed -i 's|/usr/local/bin/containerd|/usr/bin/containerd|; /^OOMScoreAdjust=/d; /^Limit/d' /etc/systemd/system/containerd.service \
    && sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' /etc/containerd/config.toml \
    && sed -i 's/OnBootSec=.*/OnBootSec=1min/' /lib/systemd/system/systemd-tmpfiles-clean.timer \
    && systemctl enable kubelet.service containerd.service undo-mount-hacks.service \
    && systemctl mask systemd-binfmt.service \
    && ctr oci spec \
        | jq '.hooks.createContainer += [{"path": "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' \
        > /etc/containerd/cri-base.json
ENV container=docker
STOPSIGNAL SIGRTMIN+3

# An OpenSSH server as a warehouse runs it: one account, SFTP only.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends openssh-server openssh-client && rm -rf /var/lib/apt/lists/* \
 && rm -f /etc/ssh/ssh_host_* && mkdir -p /run/sshd \
 && useradd --create-home --shell /usr/sbin/nologin acme && mkdir -p /home/acme/outgoing && chown acme: /home/acme/outgoing
COPY sshd_config /etc/ssh/sshd_config
EXPOSE 2222
CMD ["/bin/sh", "-ec", "echo \"acme:$WAREHOUSE_PASSWORD\" | chpasswd; chown acme: /home/acme/outgoing; exec /usr/sbin/sshd -D -e"]

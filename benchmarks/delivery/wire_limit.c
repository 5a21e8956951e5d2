/* The wire's limit: mails that were made before, handed over as fast as SMTP lets anybody.
 *
 *   wire_limit PORT CONNECTIONS MAILS RECIPIENTS MAIL
 *
 * Pipelined (RFC 2920): the text of a mail, its final dot and MAIL, RCPT and DATA of the next one
 * go out together, so a mail costs one round trip. Prints "ready", waits for a line, sends, prints
 * "done". Any reply but 2xx and 3xx ends it with an error.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST = 64 };

struct line {
    int fd, left, expected, open;     /* mails to begin, replies awaited, whether a mail is open */
    size_t body_sent, offer_sent;     /* of the group that is going out; equal to its size: out */
    size_t body_size, offer_size;
    char reply[4096];
    size_t held;
};

static char *body, *offer;
static size_t body_size, offer_size;
static int recipients;

static void die(const char *what) {
    fprintf(stderr, "wire_limit: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
    exit(1);
}

static void read_mail(const char *path) {
    int fd = open(path, O_RDONLY);
    struct stat found;
    if (fd < 0 || fstat(fd, &found)) die(path);
    body = malloc(found.st_size + 8);
    for (body_size = 0; body_size < (size_t)found.st_size;) {
        ssize_t got = read(fd, body + body_size, found.st_size - body_size);
        if (got <= 0) die(path);
        body_size += got;
    }
    memcpy(body + body_size, ".\r\n", 3);
    body_size += 3;
    close(fd);
}

static void make_offer(void) {
    char *at = offer = malloc(64 * recipients + 128);
    at += sprintf(at, "MAIL FROM:<office@hirono.example>\r\n");
    for (int n = 0; n < recipients; n++)
        at += sprintf(at, "RCPT TO:<saiyo%d@jigyosho%d.example>\r\n", n, n);
    at += sprintf(at, "DATA\r\n");
    offer_size = at - offer;
}

/* The next group: the open mail's text, and the offer of another one or QUIT's absence. */
static void next_group(struct line *each) {
    each->body_size = each->open ? body_size : 0;
    each->offer_size = each->left ? offer_size : 0;
    each->body_sent = each->offer_sent = 0;
    each->expected = (each->open ? 1 : 0) + (each->left ? recipients + 2 : 0);
    each->open = each->left > 0;
    if (each->left) each->left--;
}

static void send_group(struct line *each) {
    while (each->body_sent < each->body_size || each->offer_sent < each->offer_size) {
        struct iovec parts[2] = {
            {body + each->body_sent, each->body_size - each->body_sent},
            {offer + each->offer_sent, each->offer_size - each->offer_sent},
        };
        ssize_t sent = writev(each->fd, parts, 2);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) die("write");
        size_t of_body = (size_t)sent < parts[0].iov_len ? (size_t)sent : parts[0].iov_len;
        each->body_sent += of_body;
        each->offer_sent += sent - of_body;
    }
}

/* Count whole replies; "250-" lines go on. */
static void take_replies(struct line *each) {
    ssize_t got = read(each->fd, each->reply + each->held, sizeof each->reply - each->held);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) die("the sink hung up");
    each->held += got;
    char *from = each->reply, *end = each->reply + each->held, *stop;
    while ((stop = memchr(from, '\n', end - from))) {
        if (*from != '2' && *from != '3') die("a reply that is no yes");
        if (from[3] != '-') each->expected--;
        from = stop + 1;
    }
    each->held = end - from;
    memmove(each->reply, from, each->held);
}

static void await(struct line *each, int replies) {
    for (each->expected = replies; each->expected > 0;) take_replies(each);
}

static void connect_to(struct line *each, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int yes = 1;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    each->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(each->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    setsockopt(each->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    await(each, 1);
    if (write(each->fd, "EHLO bench.example\r\n", 20) != 20) die("EHLO");
    await(each, 1);
    fcntl(each->fd, F_SETFL, O_NONBLOCK);
}

int main(int count, char **words) {
    static struct line lines[MOST];
    struct pollfd polled[MOST];
    if (count != 6) die("PORT CONNECTIONS MAILS RECIPIENTS MAIL");
    int connections = atoi(words[2]), mails = atoi(words[3]), busy = 0;
    recipients = atoi(words[4]);
    read_mail(words[5]);
    make_offer();
    for (int n = 0; n < connections; n++) {
        connect_to(&lines[n], atoi(words[1]));
        lines[n].left = mails / connections + (n < mails % connections);
    }
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    for (int n = 0; n < connections; n++) {
        if (!lines[n].left) continue;
        next_group(&lines[n]);
        send_group(&lines[n]);
        busy++;
    }
    while (busy) {
        for (int n = 0; n < connections; n++) {
            struct line *each = &lines[n];
            int unsent = each->body_sent < each->body_size || each->offer_sent < each->offer_size;
            polled[n].fd = each->expected > 0 ? each->fd : -1;
            polled[n].events = POLLIN | (unsent ? POLLOUT : 0);
        }
        if (poll(polled, connections, 60000) <= 0) die("the sink says nothing");
        for (int n = 0; n < connections; n++) {
            struct line *each = &lines[n];
            if (polled[n].fd < 0 || !polled[n].revents) continue;
            if (polled[n].revents & POLLOUT) send_group(each);
            if (polled[n].revents & (POLLIN | POLLHUP | POLLERR)) take_replies(each);
            if (each->expected > 0) continue;
            if (!each->open) { busy--; continue; }
            next_group(each);
            send_group(each);
        }
    }
    puts("done");
    fflush(stdout);
    while (getchar() != EOF) {}
    return 0;
}

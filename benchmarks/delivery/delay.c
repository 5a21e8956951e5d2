/* A round trip for connections on this machine: passes every byte on, half a round trip later.
 *
 *   delay LISTEN_PORT TO_PORT MILLISECONDS [LISTEN_ADDRESS]
 *
 * Bandwidth is the machine's own: up to 16 MB may be under way in each direction of a connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 256, PIECE = 256 * 1024, UNDER_WAY = 16 * 1024 * 1024 };

struct piece {
    struct piece *next;
    long long due;
    size_t size, sent;
    char bytes[PIECE];
};

struct way {                          /* one direction of one connection */
    int from, to, ended, closed;
    size_t held;
    long long end_due;
    struct piece *first, *last;
};

static struct way ways[2 * MOST];     /* 2n: to the server, 2n + 1: back */
static struct piece *spare;           /* used again: fresh memory would have to be zeroed each time */
static int used;
static long long delay;

static void die(const char *what) { perror(what); exit(1); }

static long long now(void) {          /* microseconds */
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int prepared(int fd) {
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void meet(int listening, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int client = accept(listening, NULL, NULL), server = socket(AF_INET, SOCK_STREAM, 0), slot;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (client < 0) return;
    if (connect(server, (struct sockaddr *)&to, sizeof to)) die("connect");
    for (slot = 0; slot < used && ways[slot].from >= 0; slot += 2) {}
    if (slot >= 2 * MOST) die("too many connections");
    if (slot == used) used += 2;
    ways[slot] = (struct way){.from = prepared(client), .to = prepared(server)};
    ways[slot + 1] = (struct way){.from = server, .to = client};
}

static struct piece *a_piece(void) {
    struct piece *piece = spare ? spare : malloc(sizeof *piece);
    if (!piece) die("malloc");
    if (spare) spare = spare->next;
    piece->next = NULL;
    piece->size = piece->sent = 0;
    return piece;
}

static void put_away(struct piece *piece) {
    piece->next = spare;
    spare = piece;
}

static void take(struct way *way) {
    struct piece *piece = a_piece();
    ssize_t got = read(way->from, piece->bytes, PIECE);
    if (got <= 0) {
        int later = got < 0 && errno == EAGAIN;
        put_away(piece);
        if (later) return;
        way->ended = 1;
        way->end_due = now() + delay;
        return;
    }
    piece->due = now() + delay;
    piece->size = got;
    if (way->first) way->last->next = piece; else way->first = piece;
    way->last = piece;
    way->held += got;
}

static void give(struct way *way) {
    struct piece *piece;
    while ((piece = way->first) && piece->due <= now()) {
        ssize_t sent = write(way->to, piece->bytes + piece->sent, piece->size - piece->sent);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) sent = piece->size - piece->sent; /* nobody listens any more */
        if ((piece->sent += sent) < piece->size) return;
        way->first = piece->next;
        way->held -= piece->size;
        put_away(piece);
    }
    if (way->ended && !way->closed && !way->first && way->end_due <= now()) {
        shutdown(way->to, SHUT_WR);
        way->closed = 1;
    }
}

static void tidy(void) {
    for (int n = 0; n < used; n += 2) {
        if (ways[n].from < 0 || !ways[n].closed || !ways[n + 1].closed) continue;
        close(ways[n].from);
        close(ways[n].to);
        ways[n].from = ways[n + 1].from = -1;
    }
}

/* Until the next piece is due, in microseconds; -1 for never. Fills what to wait for. */
static long long plan(struct pollfd *polled) {
    long long soonest = -1, moment = now();
    for (int n = 0; n < used; n++) {
        struct way *way = &ways[n];
        int open = way->from >= 0;
        struct pollfd *in = &polled[2 * n], *out = &polled[2 * n + 1];
        *in = (struct pollfd){.fd = open && !way->ended && way->held < UNDER_WAY ? way->from : -1,
                              .events = POLLIN};
        *out = (struct pollfd){.fd = -1, .events = POLLOUT};
        if (!open || way->closed) continue;
        long long due = way->first ? way->first->due : way->ended ? way->end_due : -1;
        if (due < 0) continue;
        if (way->first && due <= moment) out->fd = way->to;
        else if (soonest < 0 || due - moment < soonest) soonest = due > moment ? due - moment : 0;
    }
    return soonest;
}

int main(int count, char **words) {
    static struct pollfd polled[4 * MOST + 1];
    struct sockaddr_in here = {.sin_family = AF_INET};
    int listening = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (count != 4 && count != 5) die("LISTEN_PORT TO_PORT MILLISECONDS [LISTEN_ADDRESS]");
    delay = atof(words[3]) * 500;
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    here.sin_port = htons(atoi(words[1]));
    here.sin_addr.s_addr = count == 5 ? inet_addr(words[4]) : htonl(INADDR_LOOPBACK);
    if (bind(listening, (struct sockaddr *)&here, sizeof here) || listen(listening, MOST))
        die("listen");
    for (;;) {
        long long wait = plan(polled);
        struct timespec time = {wait / 1000000, wait % 1000000 * 1000};
        polled[2 * used] = (struct pollfd){.fd = listening, .events = POLLIN};
        int before = used;
        if (ppoll(polled, 2 * used + 1, wait < 0 ? NULL : &time, NULL) < 0) die("poll");
        if (polled[2 * before].revents) meet(listening, atoi(words[2]));
        for (int n = 0; n < before; n++) {
            if (polled[2 * n].fd >= 0 && polled[2 * n].revents) take(&ways[n]);
            if (ways[n].from >= 0) give(&ways[n]);
        }
        tidy();
    }
}

// Serves a file to one HTTP client, in the background, half a second after it has asked. Prints the
// port.
// usage: serve FILE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void require(int holds, const char *what) {
  if (!holds) {
    perror(what);
    exit(1);
  }
}

static void answer(int connection, const char *text, size_t len) {
  char request[4096], head[64];
  struct timespec half_a_second = {0, 500000000};
  require(read(connection, request, sizeof request) > 0, "read");
  nanosleep(&half_a_second, NULL);
  int head_len = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", len);
  require(write(connection, head, (size_t)head_len) == head_len, "write");
  require(write(connection, text, len) == (ssize_t)len, "write");
  close(connection);
}

int main(int argc, char **argv) {
  char text[4096];
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  require(file != NULL, "usage: serve FILE");
  size_t len = fread(text, 1, sizeof text, file);
  fclose(file);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(bind(listener, (struct sockaddr *)&address, size) == 0, "bind");
  require(listen(listener, 1) == 0, "listen");
  require(getsockname(listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  pid_t child = fork();
  require(child >= 0, "fork");
  if (child == 0) {
    // Who waits for the port reads to the end of standard output.
    fclose(stdout);
    alarm(60);
    answer(accept(listener, NULL, NULL), text, len);
  }
  return 0;
}

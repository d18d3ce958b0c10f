/**
 * The firmware's codec on standard input and output, a line each:
 *   status N ten numbers     gives the message in hexadecimal digits
 *   cut HEX                  gives the messages that the bytes complete, each with + if its checksum is right
 */
#include <string.h>

#include "check.h"
#include "frame.h"
#include "report.h"

static void print(const uint8_t *bytes, unsigned length)
{
    while (length-- > 0) printf("%02x", *bytes++);
}

static void tell_status(const char *line)
{
    unsigned n[10];
    CHECK(sscanf(line, "%u %u %u %u %u %u %u %u %u %u", n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9) == 10);
    struct status status = { n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9] };
    uint8_t message[STATUS_LENGTH];
    report_status(&status, message);
    print(message, STATUS_LENGTH);
}

static void cut(const char *line)
{
    struct frame frame = { .length = 0 };
    for (unsigned byte; sscanf(line, "%2x", &byte) == 1; line += 2) {
        if (!frame_take(&frame, byte)) continue;
        print(frame.bytes, frame.length);
        printf(report_is_whole(frame.bytes, frame.length) ? "+ " : " ");
    }
}

int main(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strncmp(line, "status ", 7) == 0) tell_status(line + 7);
        if (strncmp(line, "cut ", 4) == 0) cut(line + 4);
        putchar('\n');
    }
    return 0;
}

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap_all(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		puts("kindbox pause " VERSION);
		return 0;
	}

	/* The signals are taken by sigwait, not by handlers: process 1 gets only signals that it asks for. */
	sigset_t awaited;
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, NULL);

	for (;;) {
		int received = 0;
		if (sigwait(&awaited, &received) != 0)
			return 1;
		if (received != SIGCHLD)
			return 0;
		reap_all();
	}
}

/* The first and only program of a small x86-64 system with the kernel's virtual framebuffer (vfb): a real driver with palettes and panning,
 * which no emulated ARM board has. Each case sets a mode and a palette, runs the host with a client on it, and prints what the driver then
 * says and holds, for the test to judge:
 *
 *   case NAME
 *   var WIDTH HEIGHT VIRTUAL_HEIGHT BITS YOFFSET RED_OFFSET RED_LENGTH GREEN_OFFSET GREEN_LENGTH BLUE_OFFSET BLUE_LENGTH
 *   fix VISUAL LINE_LENGTH
 *   cmap RRGGBB...               of 256
 *   row HEX                      each visible row
 *   offsets N...                 different yoffsets seen while a client animated
 *   after YOFFSET RRGGBB...      when the host has ended: yoffset, and the palette's first 16
 *   log LINE                     the host's
 *
 * and for the cases "kept ...", which have no text console on the framebuffer and something in its memory before the host starts:
 *
 *   drawn N                      bytes that are other than before while a client is shown
 *   kept N                       bytes that are other than before when the host has ended
 *   offset YOFFSET               then
 *   palette RRGGBB...            then, the first 16
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int fb;

static void fail(const char *what)
{
	printf("failed %s: %s\n", what, strerror(errno));
	sync();
	reboot(RB_AUTOBOOT);
}

static pid_t start(const char *error_file, char *const argv[])
{
	int err = open(error_file, O_CREAT | O_WRONLY | O_TRUNC, 0644); /* here, so that no earlier program's lines are read after this */
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(err, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	close(err);
	return pid;
}

static int contains(const char *file, const char *text)
{
	static char buffer[65536];
	int f = open(file, O_RDONLY);
	ssize_t n = f >= 0 ? read(f, buffer, sizeof buffer - 1) : 0;
	close(f);
	buffer[n > 0 ? n : 0] = 0;
	return strstr(buffer, text) != NULL;
}

static void wait_for(const char *file, const char *text)
{
	for (int i = 0; i < 3000; i++) {
		if (contains(file, text))
			return;
		usleep(10000);
	}
	printf("missing \"%s\" in %s\n", text, file);
}

static pid_t start_host(void)
{
	char *host[] = { "/mmm", "--display", "fbdev:/dev/fb0", "--input", "none", "--audio", "none", NULL };
	pid_t pid = start("/tmp/host", host);
	wait_for("/tmp/host", "ready:");
	return pid;
}

/* Shows a client that is all of one colour; its process. */
static pid_t show_client(char *size)
{
	char *client[] = { "/raw_client", "--size", size, "color", "3366cc", NULL };
	pid_t pid = start("/tmp/client", client);
	wait_for("/tmp/host", "polled");
	sleep(2);
	return pid;
}

static void stop(pid_t pid, int signal)
{
	kill(pid, signal);
	waitpid(pid, NULL, 0);
}

static void print_log(const char *file)
{
	char line[512];
	FILE *f = fopen(file, "r");
	while (f && fgets(line, sizeof line, f))
		printf("log %s", line);
	if (f)
		fclose(f);
}

static void get_palette(unsigned short *rgb, int count)
{
	struct fb_cmap cmap = { .start = 0, .len = count, .red = rgb, .green = rgb + 256, .blue = rgb + 512 };
	memset(rgb, 0, 768 * sizeof *rgb);
	ioctl(fb, FBIOGETCMAP, &cmap);
}

static void print_palette(int count)
{
	unsigned short rgb[768];
	get_palette(rgb, count);
	for (int i = 0; i < count; i++)
		printf(" %02x%02x%02x", rgb[i] >> 8, rgb[256 + i] >> 8, rgb[512 + i] >> 8);
	printf("\n");
}

static struct fb_var_screeninfo now(void)
{
	struct fb_var_screeninfo v;
	if (ioctl(fb, FBIOGET_VSCREENINFO, &v))
		fail("FBIOGET_VSCREENINFO");
	return v;
}

/* As set_mode does. */
static int is_palette_set(void)
{
	unsigned short rgb[768];
	get_palette(rgb, 16);
	return rgb[256] == 0x5555 && rgb[257] == 0x5555;
}

static void set_mode(int width, int height, int pages, int bits)
{
	struct fb_var_screeninfo v = now();
	v.xres = v.xres_virtual = width;
	v.yres = height;
	v.yres_virtual = height * pages;
	v.bits_per_pixel = bits;
	v.xoffset = v.yoffset = 0;
	v.activate = FB_ACTIVATE_NOW | FB_ACTIVATE_FORCE;
	if (ioctl(fb, FBIOPUT_VSCREENINFO, &v))
		fail("FBIOPUT_VSCREENINFO");
	unsigned short red[16], green[16], blue[16];
	for (int i = 0; i < 16; i++) {
		red[i] = i * 0x1111;
		green[i] = 0x5555;
		blue[i] = 0xffff - i * 0x1111;
	}
	struct fb_cmap cmap = { .start = 0, .len = 16, .red = red, .green = green, .blue = blue };
	if (bits == 8 && ioctl(fb, FBIOPUTCMAP, &cmap))
		fail("FBIOPUTCMAP");
}

static void print_picture(void)
{
	struct fb_var_screeninfo v = now();
	struct fb_fix_screeninfo f;
	ioctl(fb, FBIOGET_FSCREENINFO, &f);
	printf("var %u %u %u %u %u %u %u %u %u %u %u\n", v.xres, v.yres, v.yres_virtual, v.bits_per_pixel, v.yoffset,
	       v.red.offset, v.red.length, v.green.offset, v.green.length, v.blue.offset, v.blue.length);
	printf("fix %u %u\ncmap", f.visual, f.line_length);
	print_palette(f.visual == FB_VISUAL_PSEUDOCOLOR ? 256 : 0);
	unsigned char row[4096];
	for (unsigned y = 0; y < v.yres; y++) {
		ssize_t n = pread(fb, row, f.line_length, (off_t)(v.yoffset + y) * f.line_length);
		printf("row ");
		for (ssize_t i = 0; i < n; i++)
			printf("%02x", row[i]);
		printf("\n");
	}
}

static void print_offsets(void)
{
	char seen[256] = { 0 };
	printf("offsets");
	for (int i = 0; i < 400; i++) {
		unsigned y = now().yoffset;
		if (y < sizeof seen && !seen[y]) {
			seen[y] = 1;
			printf(" %u", y);
		}
		usleep(5000);
	}
	printf("\n");
}

static void run(const char *name, int width, int height, int pages, int bits)
{
	printf("case %s\n", name);
	set_mode(width, height, pages, bits);
	char size[32];
	snprintf(size, sizeof size, "%dx%d", width, height);
	char *animated[] = { "/raw_client", "--size", size, "animate", NULL };
	pid_t h = start_host();
	pid_t a = 0;
	if (pages > 1) {
		a = start("/tmp/animated", animated);
		print_offsets();
		stop(a, SIGKILL);
	}
	pid_t c = show_client(size);
	print_picture();
	stop(c, SIGKILL);
	stop(h, SIGTERM);
	printf("after %u", now().yoffset);
	print_palette(bits == 8 ? 16 : 0);
	print_log("/tmp/host");
}

static void unbind_console(void)
{
	char path[64], name[64];
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "/sys/class/vtconsole/vtcon%d/name", i);
		int f = open(path, O_RDONLY);
		ssize_t n = f >= 0 ? read(f, name, sizeof name - 1) : 0;
		close(f);
		name[n > 0 ? n : 0] = 0;
		if (!strstr(name, "frame buffer"))
			continue;
		snprintf(path, sizeof path, "/sys/class/vtconsole/vtcon%d/bind", i);
		f = open(path, O_WRONLY);
		if (write(f, "0", 1) != 1)
			fail(path);
		close(f);
	}
}

static unsigned char before[1 << 20], after[1 << 20];

static int differences(size_t length)
{
	int n = 0;
	if (pread(fb, after, length, 0) != (ssize_t)length)
		fail("read");
	for (size_t i = 0; i < length; i++)
		n += after[i] != before[i];
	return n;
}

/* Ends the host by that signal and looks at what it leaves. */
static void keep(const char *name, int pages, int bits, int signal)
{
	printf("case %s\n", name);
	set_mode(64, 48, pages, bits);
	struct fb_fix_screeninfo f;
	ioctl(fb, FBIOGET_FSCREENINFO, &f);
	size_t length = (size_t)f.line_length * 48 * pages;
	for (size_t i = 0; i < length; i++)
		before[i] = i / 5000 % 2 ? i * 7 + i / 251 : 0; /* with blocks of zeros */
	if (pwrite(fb, before, length, 0) != (ssize_t)length)
		fail("write");
	struct fb_var_screeninfo v = now();
	v.yoffset = 48 * (pages - 1);
	if (pages > 1 && ioctl(fb, FBIOPAN_DISPLAY, &v))
		fail("FBIOPAN_DISPLAY");

	pid_t h = start_host();
	pid_t c = show_client("64x48");
	printf("drawn %d\n", differences(length));
	stop(c, SIGKILL);
	stop(h, signal);
	/* After a crash another process puts it back. */
	for (int i = 0; i < 500 && (differences(length) || (bits == 8 && !is_palette_set())); i++)
		usleep(10000);
	printf("kept %d\noffset %u\npalette", differences(length), now().yoffset);
	print_palette(bits == 8 ? 16 : 0);
	print_log("/tmp/host");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("MMM_PATH", "/tmp/mmm", 1);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	int module = open("/vfb.ko", O_RDONLY);
	if (syscall(SYS_finit_module, module, "vfb_enable=1 videomemorysize=1048576", 0))
		fail("vfb.ko");
	for (int i = 0; i < 500 && (fb = open("/dev/fb0", O_RDWR)) < 0; i++)
		usleep(10000);
	if (fb < 0)
		fail("/dev/fb0");
	run("palette", 64, 48, 1, 8);
	run("pages", 64, 48, 2, 32);
	run("mono", 64, 48, 1, 1);
	run("16 bits", 64, 48, 1, 16);
	run("24 bits", 64, 48, 1, 24);
	unbind_console();
	keep("kept at the end", 1, 32, SIGTERM);
	keep("kept with two pages", 2, 32, SIGTERM);
	keep("kept with a palette", 1, 8, SIGTERM);
	keep("kept after a crash", 1, 8, SIGKILL);
	keep("kept with two pages after a crash", 2, 32, SIGKILL);
	printf("done\n");
	sync();
	reboot(RB_AUTOBOOT);
	return 0;
}

/* A viewer by libvncclient: vnc_peer PORT ENCODINGS BITS FILE [PASSWORD CERTIFICATE] reads the whole picture and writes it as rows of RGB
 * bytes, after a line "WIDTH HEIGHT". ENCODINGS is as libvncclient names them ("zrle", "tight", "raw"); BITS is 8, 16 or 32. With a
 * password it uses VeNCrypt with X509Plain. */
#include <rfb/rfbclient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *password, *certificate;

static rfbCredential *credential(rfbClient *client, int type)
{
    rfbCredential *c = calloc(1, sizeof *c);
    (void)client;
    if (type == rfbCredentialTypeX509) {
        c->x509Credential.x509CACertFile = strdup(certificate);
        c->x509Credential.x509CrlVerifyMode = rfbX509CrlVerifyNone;
    } else {
        c->userCredential.username = strdup("viewer");
        c->userCredential.password = strdup(password);
    }
    return c;
}

static unsigned scaled(unsigned pixel, int max, int shift) { return max ? (pixel >> shift & (unsigned)max) * 255 / (unsigned)max : 0; }

static int done;

static void finished(rfbClient *client)
{
    (void)client;
    done = 1;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    int bits = atoi(argv[3]);
    rfbClient *client = bits == 8 ? rfbGetClient(2, 3, 1) : bits == 16 ? rfbGetClient(5, 3, 2) : rfbGetClient(8, 3, 4);
    client->appData.encodingsString = argv[2];
    client->appData.enableJPEG = FALSE;
    client->appData.qualityLevel = 9;
    if (argc > 6) {
        static uint32_t schemes[] = { 19 };
        password = argv[5], certificate = argv[6];
        client->GetCredential = credential;
        SetClientAuthSchemes(client, schemes, 1);
    }
    client->FinishedFrameBufferUpdate = finished;
    client->serverHost = strdup("localhost");
    client->serverPort = atoi(argv[1]);
    if (!rfbInitClient(client, NULL, NULL))
        return 1;
    while (!done)
        if (WaitForMessage(client, 1000000) < 0 || !HandleRFBServerMessage(client))
            return 1;
    FILE *file = fopen(argv[4], "w");
    fprintf(file, "%d %d\n", client->width, client->height);
    const rfbPixelFormat *f = &client->format;
    for (int i = 0; i < client->width * client->height; i++) {
        unsigned pixel = bits == 8 ? client->frameBuffer[i]
            : bits == 16 ? ((uint16_t *)client->frameBuffer)[i] : ((uint32_t *)client->frameBuffer)[i];
        fputc((int)scaled(pixel, f->redMax, f->redShift), file);
        fputc((int)scaled(pixel, f->greenMax, f->greenShift), file);
        fputc((int)scaled(pixel, f->blueMax, f->blueShift), file);
    }
    fclose(file);
    rfbClientCleanup(client);
    return 0;
}

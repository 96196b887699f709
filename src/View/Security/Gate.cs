using System.Net;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mmm;
using View.Rfb;

namespace View.Security;

/// <summary>What connections from other machines need: TLS and a password.</summary>
internal sealed class Gate
{
    private const string CertificateName = "certificate.pem";
    private readonly SslServerAuthenticationOptions _tls;
    private readonly Passwords _passwords;
    private readonly LoginLimit _limit = new(() => Environment.TickCount64);
    private readonly SemaphoreSlim _checking = new(1); // a hash takes a part of a second of a processor

    private Gate(X509Certificate2 certificate, Passwords passwords)
    {
        _passwords = passwords;
        _tls = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        Fingerprint = string.Join(':', certificate.GetCertHash(HashAlgorithmName.SHA256).Select(b => b.ToString("X2", null)));
    }

    /// <summary>The certificate's SHA-256, with colons.</summary>
    public string Fingerprint { get; }

    /// <summary>The sessions of browsers.</summary>
    public Logins Logins { get; } = new();

    /// <summary>Reads the passwords and the certificate, which is made at the first time.</summary>
    /// <exception cref="MmmException">Something is missing. One line.</exception>
    public static Gate Open(Options options)
    {
        NeedCryptography();
        var passwords = new Passwords(options.Keep);
        if (!passwords.AreThere)
            throw new MmmException($"an address other than loopback needs a password, and there is none in {options.Keep}; "
                + "set one by mmmctl view-password");
        try
        {
            var file = options.Certificate ?? Path.Combine(options.Keep, CertificateName);
            if (options.Certificate is null && !File.Exists(file))
                OwnFile.Replace(file, MakeCertificate());
            return new Gate(X509Certificate2.CreateFromPemFile(file), passwords);
        }
        catch (CryptographicException e)
        {
            throw new MmmException($"the certificate cannot be used: {e.Message}; it must be a PEM file with a certificate and its key");
        }
    }

    /// <summary>The runtime ends the process if it needs the library and does not find it.</summary>
    /// <exception cref="MmmException">The library is missing.</exception>
    public static void NeedCryptography()
    {
        if (!new[] { "libssl.so.3", "libssl.so.1.1" }.Any(name => NativeLibrary.TryLoad(name, out _)))
            throw new MmmException("TLS and passwords need OpenSSL's libssl (Debian: libssl3); "
                + "without it use a loopback address and ssh -L");
    }

    private static string MakeCertificate()
    {
        const int years = 20;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var host = Dns.GetHostName();
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        // A board's clock may be far off before it has the time.
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            DateTimeOffset.UtcNow.AddYears(years));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    /// <summary>Sets up TLS.</summary>
    public async Task<Stream> StartTls(Stream stream, CancellationToken cancel)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(_tls, cancel);
        return tls;
    }

    /// <summary>Checks a password, one at a time. Null if it is wrong, or too many were tried; else whether it allows control.</summary>
    public async Task<bool?> CheckPassword(string password, IPAddress? address)
    {
        address ??= IPAddress.None;
        if (!_limit.TryCount(address))
            return null;
        await _checking.WaitAsync();
        try
        {
            var found = _passwords.Check(password);
            if (found is not null)
                _limit.Forgive(address);
            return found;
        }
        finally
        {
            _checking.Release();
        }
    }

    /// <summary>The same for an RFB viewer of an address.</summary>
    public ISecureViewers ForPeer(IPAddress? address) => new Peer(this, address);

    private sealed class Peer(Gate gate, IPAddress? address) : ISecureViewers
    {
        public Task<Stream> StartTls(Stream stream, CancellationToken cancel) => gate.StartTls(stream, cancel);

        public Task<bool?> CheckPassword(string password) => gate.CheckPassword(password, address);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Board.Tests;

/// <summary>
/// Another machine on a network of the board, as far as tests need one: 10.88.0.1, which answers ARP and NTP, and asks by mDNS. It is the
/// other end of a network card of QEMU, whose frames come as datagrams.
/// </summary>
internal sealed class EthernetPeer : IDisposable
{
    private const int Ip = 14, Udp = Ip + 20, Payload = Udp + 8; // where the headers and the content are in a frame
    private const int NtpPort = 123, MdnsPort = 5353;
    private const long NtpEpoch = 2_208_988_800; // 1900 to 1970, in seconds
    private static readonly byte[] Mac = [0x02, 0, 0, 0, 0x88, 1], Address = [10, 88, 0, 1];
    private readonly UdpClient _frames = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly IPEndPoint _board;
    private readonly HashSet<string> _heard = [];

    public EthernetPeer()
    {
        using (var free = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
            _board = (IPEndPoint)free.Client.LocalEndPoint!;
        new Thread(Serve) { IsBackground = true, Name = "peer" }.Start();
    }

    /// <summary>QEMU's arguments for the network card.</summary>
    public string[] Devices =>
    [
        "-netdev", $"socket,id=peer,udp={_frames.Client.LocalEndPoint},localaddr={_board}",
        "-device", "virtio-net-pci,netdev=peer,romfile=",
    ];

    /// <summary>How far the time that the peer tells by NTP is ahead of the real one.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Whether a frame of mDNS had an answer with these bytes.</summary>
    public bool HasHeard(byte[] part)
    {
        lock (_heard)
            return _heard.Contains(Convert.ToHexString(part)) || _heard.Any(h => h.Contains(Convert.ToHexString(part)));
    }

    /// <summary>A name as DNS writes it: labels with their lengths.</summary>
    public static byte[] DnsName(string name) =>
        [.. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0];

    /// <summary>Asks all machines for a record of a name.</summary>
    public void Ask(string name, int type)
    {
        byte[] question = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsName(name), 0, (byte)type, 0, 1];
        Send([1, 0, 0x5E, 0, 0, 251], [224, 0, 0, 251], MdnsPort, MdnsPort, question);
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                IPEndPoint? from = null;
                Take(_frames.Receive(ref from));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private void Take(byte[] frame)
    {
        var kind = frame.Length < 42 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));
        if (kind == 0x0806 && frame[21] == 1 && frame.AsSpan(38, 4).SequenceEqual(Address)) // ARP: who has this address?
            _frames.Send([.. frame[6..12], .. Mac, .. frame[12..20], 0, 2, .. Mac, .. Address, .. frame[22..32]], _board);
        if (kind != 0x0800 || frame[Ip] != 0x45 || frame[Ip + 9] != 17)
            return;
        var port = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(Udp + 2));
        if (port == NtpPort && frame.AsSpan(Ip + 16, 4).SequenceEqual(Address))
            AnswerTime(frame);
        else if (port == MdnsPort)
            Hear(Convert.ToHexString(frame, Payload, frame.Length - Payload));
    }

    private void Hear(string answer)
    {
        lock (_heard)
            _heard.Add(answer);
    }

    // RFC 5905: a server of stratum 1 that answers at once.
    private void AnswerTime(byte[] request)
    {
        var answer = new byte[48];
        (answer[0], answer[1], answer[3]) = (0x24, 1, 0xEC); // no leap second, version 4, server; the clock's precision
        "GPS\0"u8.CopyTo(answer.AsSpan(12));
        request.AsSpan(Payload + 40, 8).CopyTo(answer.AsSpan(24));
        var time = (DateTime.UtcNow + Ahead - DateTime.UnixEpoch).Ticks;
        foreach (var at in (int[])[16, 32, 40])
        {
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at), (uint)(time / TimeSpan.TicksPerSecond + NtpEpoch));
            var fraction = (uint)((time % TimeSpan.TicksPerSecond << 32) / TimeSpan.TicksPerSecond);
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at + 4), fraction);
        }
        Send(request[6..12], request[(Ip + 12)..(Ip + 16)], NtpPort, BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(Udp)), answer);
    }

    private void Send(byte[] mac, byte[] address, int from, int to, byte[] content)
    {
        var ip = new byte[20];
        (ip[0], ip[8], ip[9]) = (0x45, 255, 17);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)(28 + content.Length));
        Address.CopyTo(ip, 12);
        address.CopyTo(ip, 16);
        var sum = Enumerable.Range(0, 10).Sum(i => BinaryPrimitives.ReadUInt16BigEndian(ip.AsSpan(2 * i)));
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(10), (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        var udp = new byte[8]; // without a checksum, which IPv4 allows
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)to);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)(8 + content.Length));
        _frames.Send([.. mac, .. Mac, 8, 0, .. ip, .. udp, .. content], _board);
    }

    public void Dispose() => _frames.Dispose();
}

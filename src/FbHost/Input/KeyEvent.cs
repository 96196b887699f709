using System.Text;
using FbHost.Clients;
using InputEvdev;
using Mmm.Protocol;

namespace FbHost.Input;

/// <summary>Identifies a key or button of a device, so that a release is matched with its press.</summary>
/// <param name="Device">The device's number, as <see cref="InputEvent.Device"/>, or <see cref="GpioButtons"/>.</param>
/// <param name="Code">Its <see cref="KeyCode"/>, or the number of a GPIO button.</param>
internal readonly record struct KeyId(int Device, int Code)
{
    /// <summary>Used in place of a device's number, which is never negative.</summary>
    public const int GpioButtons = -1;

    /// <summary>Used for keys of the control socket.</summary>
    public const int Remote = -2;

    /// <summary>Used for keys that are actions of buttons.</summary>
    public const int Actions = -3;
}

/// <summary>The event text of a key.</summary>
/// <param name="Text">The text with prefixes in the protocol's order. Empty for a key without one, for example a modifier.</param>
/// <param name="Sdl">The text as the original's SDL hosts send it, for clients that listen for that.</param>
internal readonly record struct KeyWord(byte[] Text, byte[] Sdl)
{
    /// <summary>No text.</summary>
    public static KeyWord None { get; } = new([], []);

    /// <summary>Returns a word for the name of a key with prefixes, or for any other event text.</summary>
    public static KeyWord Of(string text)
    {
        var (modifiers, name) = KeyPrefixes.Split(text);
        var isText = name.EnumerateRunes().Take(2).Count() == 1;
        return new KeyWord(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(KeyPrefixes.AddSdl(modifiers, name, isText, "")));
    }

    /// <summary>The text for a client.</summary>
    public byte[] For(ClientSession client) => client.UsesSdlKeyNames ? Sdl : Text;
}

/// <summary>A key or button of any device was pressed, is still held (a repeat), or was released.</summary>
/// <param name="Kind">KeyPress, KeyRepeat or KeyRelease.</param>
/// <param name="Id">Which key or button.</param>
/// <param name="Word">The event text of a press or repeat. Empty for a release.</param>
internal readonly record struct KeyEvent(InputKind Kind, KeyId Id, KeyWord Word)
{
    /// <summary>The time of the event, CLOCK_MONOTONIC in ns; 0 if it is now.</summary>
    public long TimeNs { get; init; }
}

/// <summary>Handles a key event, which is valid only during the call. Returns false if it is another one's.</summary>
internal delegate bool KeyFilter(in KeyEvent e);

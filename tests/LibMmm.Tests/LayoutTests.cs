using System.Globalization;
using Mmm.Protocol;

namespace LibMmm.Tests;

/// <summary>The offsets of the C library are those of the C# code.</summary>
public class LayoutTests
{
    private static Dictionary<string, int> Fields(Abi abi) => new()
    {
        ["babl_format_length"] = abi.BablFormatLength, ["fb_block_length"] = abi.FbBlockLength,
        ["width"] = abi.Width, ["height"] = abi.Height, ["stride"] = abi.Stride, ["fb_offset"] = abi.FbOffset,
        ["flip_state"] = abi.FlipState, ["x"] = abi.X, ["y"] = abi.Y, ["desired_width"] = abi.DesiredWidth,
        ["desired_height"] = abi.DesiredHeight, ["damage"] = abi.Damage, ["z"] = abi.Z,
        ["events_block"] = abi.EventsBlock, ["events_read"] = abi.Events.Read,
        ["messages_block"] = abi.MessagesBlock, ["messages_read"] = abi.Messages.Read,
        ["pcm_block"] = abi.PcmBlock, ["pcm_format"] = abi.PcmFormat, ["pcm_sample_rate"] = abi.PcmSampleRate,
        ["pcm_host_format"] = abi.PcmHostFormat, ["pcm_host_sample_rate"] = abi.PcmHostSampleRate,
        ["pcm_read"] = abi.PcmRead, ["pcm_write"] = abi.PcmWrite, ["pcm_buffer"] = abi.PcmBuffer,
        ["values_block"] = abi.ValuesBlock, ["value_names"] = abi.ValueNames, ["value_texts"] = abi.ValueTexts,
        ["value_count"] = abi.ValueCount, ["fb_data"] = abi.FbData, ["first_pixel"] = abi.FirstPixel,
        ["PID"] = Abi.Pid, ["FB_BLOCK"] = Abi.FbBlock, ["FB_BLOCK_LENGTH"] = Abi.FbBlockLengthField,
        ["TITLE"] = Abi.Title, ["TITLE_LENGTH"] = Abi.TitleLength, ["BABL_FORMAT"] = Abi.BablFormat,
        ["SLOTS"] = TextRing.Slots, ["SLOT_LENGTH"] = TextRing.SlotLength, ["RING_BLOCK_LENGTH"] = TextRingLayout.BlockLength,
        ["PCM_BUFFER_LENGTH"] = Abi.PcmBufferLength, ["MAX_VALUES"] = Abi.MaxValues,
        ["VALUE_NAME_LENGTH"] = Abi.ValueNameLength, ["VALUE_TEXT_LENGTH"] = Abi.ValueTextLength,
        ["events_write"] = abi.Events.Write, ["messages_slot_7"] = abi.Messages.Slot(7),
    };

    private static string[] Expected(Abi abi) =>
        [.. Fields(abi).Select(f => $"{abi.Name} {f.Key} {f.Value.ToString(CultureInfo.InvariantCulture)}")];

    [Theory]
    [InlineData("sanitized", "own LP64 8")]
    [InlineData("musl", "own LP64 8")]
    [InlineData("arm", "own ARM32 4")]
    public void Every_offset_of_both_layouts_is_the_same(string variant, string own)
    {
        var kind = Variant.Of(variant);
        var lines = Shell.Run($"{kind.Runner}{Built.Program(kind, "layout_dump")}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([.. Expected(Abi.Lp64), .. Expected(Abi.Arm32), own], lines);
    }
}

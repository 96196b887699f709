using CsCheck;
using Displays.Pixels;
using Mmm;
using static Displays.LinuxFb;

namespace Displays.Tests.Fbdev;

/// <summary>What is made of a driver's fb_var_screeninfo and fb_fix_screeninfo.</summary>
public class FbdevModeTests
{
    private delegate void Change(ref fb_var_screeninfo v, ref fb_fix_screeninfo f);

    // A display of 800x480 with 32 bits, as KMS drivers' emulation states it.
    private static FbdevMode Read(string id = "vc4drmfb", params Change[] changes)
    {
        var v = new fb_var_screeninfo
        {
            xres = 800, yres = 480, xres_virtual = 800, yres_virtual = 480, bits_per_pixel = 32,
            red = new fb_bitfield { offset = 16, length = 8 }, green = new fb_bitfield { offset = 8, length = 8 },
            blue = new fb_bitfield { length = 8 },
        };
        var f = new fb_fix_screeninfo { smem_len = 800 * 480 * 4, visual = 2, line_length = 3200, ypanstep = 1 };
        foreach (var change in changes)
            change(ref v, ref f);
        return FbdevMode.Read($"/dev/fb0 ({id})", id, v, f);
    }

    private static void AssertRefused(string part, Change change)
    {
        var line = Assert.Throws<MmmException>(() => Read(changes: change)).Message;
        Assert.StartsWith("/dev/fb0 (vc4drmfb): ", line);
        Assert.Contains(part, line);
        Assert.DoesNotContain('\n', line);
    }

    private static void Fields(ref fb_var_screeninfo v, uint bits, (uint, uint) red, (uint, uint) green, (uint, uint) blue)
    {
        v.bits_per_pixel = bits;
        v.red = new fb_bitfield { offset = red.Item1, length = red.Item2 };
        v.green = new fb_bitfield { offset = green.Item1, length = green.Item2 };
        v.blue = new fb_bitfield { offset = blue.Item1, length = blue.Item2 };
    }

    [Fact]
    public void The_usual_32_bits()
    {
        var mode = Read();
        Assert.Equal((800, 480, 3200, 0, 0), (mode.Width, mode.Height, mode.Stride, mode.Left, mode.Top));
        Assert.Equal(NamedLayouts.Xrgb8888, mode.Layout);
        Assert.False(mode.HasTwoPages);
    }

    [Theory]
    [InlineData(16u, 11u, 5u, 5u, 6u, 0u, 5u, "rgb565")]
    [InlineData(16u, 0u, 5u, 5u, 6u, 11u, 5u, "bgr565")]
    [InlineData(16u, 10u, 5u, 5u, 5u, 0u, 5u, "rgb555")]
    [InlineData(15u, 10u, 5u, 5u, 5u, 0u, 5u, "rgb555")]
    [InlineData(16u, 8u, 4u, 4u, 4u, 0u, 4u, "xrgb4444")]
    [InlineData(24u, 16u, 8u, 8u, 8u, 0u, 8u, "rgb888")]
    [InlineData(24u, 0u, 8u, 8u, 8u, 16u, 8u, "bgr888")]
    [InlineData(8u, 5u, 3u, 2u, 3u, 0u, 2u, "rgb332")]
    [InlineData(32u, 24u, 8u, 16u, 8u, 8u, 8u, "rgbx8888")]
    public void True_colour_of_any_fields(uint bits, uint redAt, uint red, uint greenAt, uint green, uint blueAt, uint blue, string name)
    {
        var mode = Read(changes: (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
        {
            Fields(ref v, bits, (redAt, red), (greenAt, green), (blueAt, blue));
            f.line_length = 800 * ((bits + 7) / 8);
        });
        Assert.Equal(name, mode.Layout.ToString());
    }

    [Theory]
    [InlineData(0u, 1u, 0u, "mono1-inverted")]
    [InlineData(1u, 1u, 0u, "mono1")]
    [InlineData(1u, 1u, 2u, "mono1-be")]
    [InlineData(3u, 8u, 0u, "palette8")]
    public void Mono_and_palettes(uint visual, uint bits, uint nonstd, string name)
    {
        var mode = Read(changes: (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
        {
            Fields(ref v, bits, (0, bits), (0, bits), (0, bits));
            (v.nonstd, f.visual, f.line_length) = (nonstd, visual, 100 * bits);
        });
        Assert.Equal(name, mode.Layout.ToString());
    }

    [Fact]
    public void Grey_of_4_bits()
    {
        var mode = Read(changes: (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
        {
            Fields(ref v, 4, (0, 4), (0, 4), (0, 4));
            (v.grayscale, f.line_length) = (1, 400);
        });
        Assert.Equal("grey4", mode.Layout.ToString());
    }

    [Fact]
    public void Rows_may_be_longer_than_the_picture_and_a_line_length_of_0_is_worked_out()
    {
        Assert.Equal(4096, Read(changes: (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
            (f.line_length, f.smem_len) = (4096, 4096 * 480)).Stride);
        Assert.Equal(4096, Read(changes: (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
            (v.xres_virtual, f.line_length, f.smem_len) = (1024, 0, 4096 * 480)).Stride);
    }

    [Fact]
    public void A_visible_part_within_a_larger_screen_is_kept_to()
    {
        var mode = Read(changes: (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
            (v.xres_virtual, v.yres_virtual, v.xoffset, v.yoffset, f.line_length, f.smem_len) = (1000, 500, 200, 20, 4000, 4000 * 500));
        Assert.Equal((200, 20), (mode.Left, mode.Top));
    }

    [Theory]
    [InlineData(960u, 1u, 800u * 4 * 960, true)]
    [InlineData(960u, 0u, 800u * 4 * 960, false)]
    [InlineData(960u, 7u, 800u * 4 * 960, false)]
    [InlineData(960u, 1u, 800u * 4 * 960 - 1, false)]
    [InlineData(959u, 1u, 800u * 4 * 960, false)]
    public void Two_pages_need_room_memory_and_a_driver_that_pans(uint virtualHeight, uint step, uint memory, bool pages) =>
        Assert.Equal(pages, Read("simple", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) =>
            (v.yres_virtual, f.ypanstep, f.smem_len) = (virtualHeight, (ushort)step, memory)).HasTwoPages);

    [Fact]
    public void An_emulated_framebuffer_has_one_page() =>
        Assert.False(Read(changes:
            (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => (v.yres_virtual, f.smem_len) = (960, 800 * 4 * 960)).HasTwoPages);

    [Theory]
    [InlineData("virtio_gpudrmfb", true)]
    [InlineData("vc4drmfb", true)]
    [InlineData("fb_ili9341", true)]
    [InlineData("udlfb", true)]
    [InlineData("BCM2708 FB", false)]
    [InlineData("simple", false)]
    public void Drivers_with_an_emulated_mapping_are_known(string id, bool emulated) => Assert.Equal(emulated, Read(id).IsEmulated);

    [Fact]
    public void Memory_smaller_than_claimed_is_refused() =>
        AssertRefused("claims 800x480 at 0,0 with 32 bits a pixel and 3,200 bytes a row, but has only 1,535,999 bytes of memory",
            (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => f.smem_len--);

    [Fact]
    public void Rows_shorter_than_the_picture_are_refused() =>
        AssertRefused("3,199 bytes a row", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => f.line_length = 3199);

    [Theory]
    [InlineData(0u, 480u)]
    [InlineData(800u, 0u)]
    [InlineData(0u, 0u)]
    [InlineData(16385u, 480u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    public void Impossible_sizes_are_refused(uint width, uint height) =>
        AssertRefused($"its size is {width}x{height}",
            (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => (v.xres, v.yres) = (width, height));

    [Fact]
    public void Planes_text_and_pixels_named_by_a_code_are_refused()
    {
        AssertRefused("memory of type 1", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => f.type = 1);
        AssertRefused("memory of type 3", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => f.type = 3);
        AssertRefused("0x3231564e", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => v.grayscale = 0x3231564e);
        AssertRefused("33 bits a pixel", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => v.bits_per_pixel = 33);
        AssertRefused("red", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => v.red.length = 0);
        AssertRefused("red", (ref fb_var_screeninfo v, ref fb_fix_screeninfo f) => v.red.offset = uint.MaxValue);
    }

    [Fact]
    public void Any_numbers_give_a_mode_that_lies_in_its_memory_or_one_line()
    {
        var number = Gen.OneOf(Gen.UInt, Gen.UInt[0, 40], Gen.UInt[0, 5000], Gen.Const(uint.MaxValue));
        Gen.Select(number.Array[20], Gen.Bool).Sample((n, sane) =>
        {
            var v = new fb_var_screeninfo
            {
                xres = sane ? n[0] % 2000 : n[0], yres = sane ? n[1] % 2000 : n[1], xres_virtual = n[2], yres_virtual = n[3],
                xoffset = n[4], yoffset = n[5], bits_per_pixel = n[6], grayscale = n[7] % 3, nonstd = n[8],
            };
            v.red = new fb_bitfield { offset = n[9], length = n[10] };
            v.green = new fb_bitfield { offset = n[11], length = n[12] };
            v.blue = new fb_bitfield { offset = n[13], length = n[14] };
            if (sane)
            {
                v.red = new fb_bitfield { length = 1 };
                v.green = new fb_bitfield { length = 1, offset = 1 };
                v.blue = new fb_bitfield { length = 1, offset = 2 };
            }
            var f = new fb_fix_screeninfo
            {
                smem_len = n[15], type = n[16] % 2, visual = n[17] % 8, line_length = n[18], ypanstep = (ushort)n[19],
            };
            try
            {
                var mode = FbdevMode.Read("x", "x", v, f);
                var last = (mode.Top + mode.Height - 1L) * mode.Stride + mode.Layout.RowBytes(mode.Left + mode.Width);
                Assert.True(last <= f.smem_len && mode.Layout.RowBytes(mode.Left + mode.Width) <= mode.Stride);
                if (mode.HasTwoPages)
                    Assert.True(2L * mode.Height * mode.Stride <= f.smem_len);
            }
            catch (MmmException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        });
    }
}

using CsCheck;

namespace AlsaSink.Tests;

public class EdgeFadeTests
{
    // A sine that comes and goes in pieces of any length: no step is larger than its slope and that of a fade.
    [Fact]
    public void A_stream_that_is_interrupted_anywhere_has_no_step() => Gen.Int[1, 700].Array[2, 40].Sample(lengths =>
    {
        EdgeFade edges = new();
        List<float> heard = [];
        for (int n = 0, at = 0; n < lengths.Length; n++)
        {
            float[] piece = new float[2 * lengths[n]];
            if (n % 2 == 0)
            {
                for (int i = 0; i < lengths[n]; i++, at++)
                    piece[2 * i] = piece[2 * i + 1] = (float)Math.Sin(2 * Math.PI * 200 * at / AudioSink.Rate);
                edges.FadeIn();
                edges.Pass(piece);
            }
            else
            {
                edges.RunOut(piece);
            }
            heard.AddRange(piece);
        }
        double steepest = 2 * Math.PI * 200 / AudioSink.Rate + 2 * Math.PI / EdgeFade.Frames;
        for (int i = 2; i < heard.Count; i++)
            Assert.InRange(Math.Abs(heard[i] - heard[i - 2]), 0, steepest);
    });

    [Fact]
    public void The_frames_before_an_end_are_not_changed_and_the_tail_ends()
    {
        EdgeFade edges = new();
        float[] stereo = [.. Enumerable.Repeat(0.5f, 200)];
        edges.Pass(stereo);
        Assert.All(stereo, v => Assert.Equal(0.5f, v));
        float[] tail = new float[2 * 512];
        Assert.Equal(EdgeFade.Frames, edges.RunOut(tail));
        Assert.InRange(tail[0], 0.49f, 0.5f);
        Assert.Equal(0, tail[(2 * EdgeFade.Frames) - 1]);
        Assert.Equal(0, edges.RunOut(tail));
    }

    [Fact]
    public void What_ends_in_silence_has_no_tail()
    {
        EdgeFade edges = new();
        edges.Pass([0.5f, 0.5f, 0, 0]);
        Assert.Equal(0, edges.RunOut(new float[100]));
    }
}

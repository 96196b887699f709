using FbHost.Audio;

namespace FbHost.Tests.Audio;

public class QuotaTests
{
    private static Holder Of(uint user, int pid) => new(user, null, pid);

    [Fact]
    public void Each_limit_holds_and_is_named()
    {
        var quota = new Quota(total: 10, user: 6, app: 4);
        Assert.Null(quota.Take(Of(1, 1), 4));
        Assert.Equal("its app", quota.Take(Of(1, 1), 1));
        Assert.Null(quota.Take(Of(1, 2), 2));
        Assert.Equal("its user", quota.Take(Of(1, 3), 1));
        Assert.Null(quota.Take(Of(2, 4), 4));
        Assert.Equal("the host", quota.Take(Of(3, 5), 1));
    }

    [Fact]
    public void What_is_returned_can_be_taken_again_and_a_process_of_another_user_is_another_one()
    {
        var quota = new Quota(total: 10, user: 6, app: 4);
        Assert.Null(quota.Take(Of(1, 1), 4));
        Assert.Null(quota.Take(Of(2, 1), 4)); // it only says that its pid is that one
        quota.Return(Of(1, 1), 4);
        Assert.Null(quota.Take(Of(1, 7), 4));
        Assert.Equal("its app", quota.Take(Of(2, 1), 1));
    }
}

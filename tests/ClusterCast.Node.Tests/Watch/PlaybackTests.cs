using ClusterCast.Node.Watch;

namespace ClusterCast.Node.Tests.Watch;

/// <summary>What a player without a picture sees of parts of 100 ms that come with one delay or another.</summary>
public sealed class PlaybackTests
{
    private const long Start = 1_700_000_000_000;
    private readonly Playback _playback = new();

    [Fact]
    public void Even_parts_are_played_without_a_stall()
    {
        Play(0, 100, _ => 80);
        Assert.Equal(new PlaybackFigures(200, 0, 0, 0, 85, 85, 80), _playback.Figures);
    }

    [Fact]
    public void Parts_that_come_within_the_buffer_stall_nothing()
    {
        Play(0, 200, part => part % 40 == 39 ? 1_050 : 80);
        Assert.Equal((0, 0, 1_050), (_playback.Figures.Stalls, _playback.Figures.StalledMs, _playback.Figures.DelayMaxMs));
    }

    [Fact]
    public void A_part_that_is_not_there_in_its_turn_is_a_stall_and_the_buffer_is_filled_again()
    {
        Play(0, 50, _ => 80);
        Play(50, 1, _ => 1_180);
        Assert.Equal((1, 1_100), (_playback.Figures.Stalls, _playback.Figures.StalledMs));
        Play(51, 1, _ => 2_100);
        Assert.Equal(1, _playback.Figures.Stalls);
    }

    [Fact]
    public void After_a_stall_the_player_gains_on_the_live_edge_so_that_no_stall_buys_peace_for_ever()
    {
        Play(0, 50, _ => 80);
        Play(50, 1, _ => 1_180);
        Play(51, 300, _ => 80);
        Play(351, 1, _ => 1_180);
        Assert.Equal(2, _playback.Figures.Stalls);
    }

    [Fact]
    public void The_old_parts_that_a_relay_sends_first_set_no_pace()
    {
        for (var part = 0; part < 20; part++)
        {
            Take(part, 2_000 - (100 * part));
        }

        Play(20, 50, _ => 80);
        Play(70, 1, _ => 1_200);
        Assert.Equal((1, 0), (_playback.Figures.Stalls, _playback.Figures.LeavesLate));
    }

    [Fact]
    public void Leaves_beyond_five_seconds_are_late()
    {
        Play(0, 50, _ => 80);
        Take(50, 5_000);
        Take(51, 5_001);
        Assert.Equal((104, 2), (_playback.Figures.Leaves, _playback.Figures.LeavesLate));
    }

    [Fact]
    public void Before_the_first_part_there_is_no_delay()
    {
        Assert.Equal(new PlaybackFigures(0, 0, 0, 0, null, null, null), _playback.Figures);
        Take(0, 80);
        Assert.Null(_playback.Figures.DelayP50Ms);
    }

    private void Play(int first, int count, Func<int, long> delay)
    {
        for (var part = first; part < first + count; part++)
        {
            Take(part, delay(part));
        }
    }

    private void Take(int part, long delay) => _playback.Take(Start + (100 * part) + delay, (ulong)(Start + (100 * part)), leaves: 2);
}

using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

public sealed class DebtFileTests
{
    [Fact]
    public void Debt_and_ticket_survive_a_restart_of_the_viewer()
    {
        using var world = new World();
        var file = new DebtFile(world.File("debts.json"));
        world.NewPurse(file);
        var first = world.Connect().Settle();
        first.Payer.OnVerified(250_000);
        first.Payer.OnVerified(10_000);
        var ticket = Assert.Single(first.ToTill);

        // The process dies here: the file is as the signing of the ticket left it.
        world.NewPurse(file);
        using var second = world.Connect().Settle();
        Assert.Contains(second.Passed, frame => frame.SequenceEqual(ticket));
        Assert.Single(second.Seen(FrameType.Ticket, body => TicketMessage.Read(body)));
        second.Dispose();

        var saved = file.Read(world.ViewingKey.Address);
        Assert.Empty(saved);
    }

    [Fact]
    public void A_debt_is_carried()
    {
        using var world = new World();
        var file = new DebtFile(world.File("debts.json"));
        world.NewPurse(file);
        using (var first = world.Connect().Settle())
        {
            first.Payer.OnVerified(20_000);
        }

        world.NewPurse(file);
        using var second = world.Connect().Settle();
        Assert.Equal(20_000ul, second.Payer.DebtBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"ViewingKey\":\"0x12\",\"Relays\":[]}")]
    [InlineData("{\"ViewingKey\":\"0x0000000000000000000000000000000000000000\",\"Relays\":null}")]
    [InlineData("{\"ViewingKey\":\"0x0000000000000000000000000000000000000000\",\"Relays\":[null]}")]
    [InlineData("{\"ViewingKey\":\"0x0000000000000000000000000000000000000000\",\"Relays\":[{}]}")]
    [InlineData("{\"ViewingKey\":\"0x0000000000000000000000000000000000000000\",\"Relays\":[{\"Relay\":\"0x0000000000000000000000000000000000000000\",\"DebtBytes\":1,\"Pending\":[null]}]}")]
    [InlineData("not json")]
    public void An_unreadable_file_says_what_to_do(string content)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("debts.json"), content);
        var failure = Assert.Throws<DebtFileException>(() => new DebtFile(folder.File("debts.json")).Read(default));
        Assert.Contains("delete the file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_of_another_key_is_not_used()
    {
        using var folder = new TempFolder();
        var file = new DebtFile(folder.File("debts.json"));
        file.Write(Address.Zero, [new RelayDebt(Address.Zero, 1, [])]);
        Assert.Throws<DebtFileException>(() => file.Read(Samples.Winner(1).ViewingKey));
        Assert.Single(file.Read(Address.Zero));
    }

    [Fact]
    public void At_most_64_relays_are_kept_those_with_the_largest_debts()
    {
        using var folder = new TempFolder();
        var file = new DebtFile(folder.File("debts.json"));
        file.Write(Address.Zero, Enumerable.Range(1, 100).Select(n => new RelayDebt(Samples.Winner((uint)n).ViewingKey, (ulong)n, [])));
        var debts = file.Read(Address.Zero);
        Assert.Equal((64, 37ul), (debts.Count, debts.Min(debt => debt.DebtBytes)));
    }

    [Fact]
    public void A_folder_that_is_gone_is_a_problem_not_a_crash()
    {
        using var world = new World();
        var purse = world.NewPurse(new DebtFile(world.File("gone/debts.json")));
        var problems = new List<string>();
        purse.Problem += problems.Add;
        using var link = world.Connect().Settle();
        link.Payer.OnVerified(250_000);
        Assert.Contains("cannot be written", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Single(link.ToTill);
    }
}

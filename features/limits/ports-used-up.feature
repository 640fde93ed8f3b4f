@limits
Feature: Ports for media are used up
  An edge or a server without a port left refuses the call before anybody is disturbed, and says so: never a port that is
  not there. The rest of the agency goes on.

  @RFC3261-21.5.4
  Scenario Outline: The edge of <agency> has no exposed port left: <caller> hears 503
    Given the working configuration, changed in
      | edge.mediaPorts | 2 |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the caller's own INVITE is answered 503
    And agency <agency>'s edge accepts the REGISTER of its own clients

    Examples:
      | caller | agency |
      | a-ue-1 | a      |
      | b-ue-1 | b      |

  @RFC3261-21.5.4
  Scenario Outline: The server of <agency> has no port left: <caller> hears 503
    Given the working configuration, changed in
      | server.mediaPorts | 2 |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the caller's own INVITE is answered 503
    And agency <agency>'s edge accepts the REGISTER of its own clients

    Examples:
      | caller | agency |
      | a-ue-1 | a      |
      | b-ue-1 | b      |
